#pragma once

#include <functional>
#include <string>

namespace synthbench {

/// Where things are kept that are costly to make and follow from their inputs: SYNTHBENCH_CACHE, else
/// $XDG_CACHE_HOME/synthbench, else ~/.cache/synthbench; empty where there is none.
std::string cache_folder();

/// The entry `name` of the cache (a file below its folder); where it is missing or damaged, what make() returns, stored for
/// next time. An entry begins with the hash of its content, so that any changed byte is noticed. Processes may call this at
/// once: each sees a whole entry, and those that want the same one wait for the first, which makes it. A cache that cannot be
/// written is no error: the work is done again next time.
std::string cached(const std::string& name, const std::function<std::string()>& make);

}  // namespace synthbench
