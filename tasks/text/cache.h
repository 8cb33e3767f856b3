#pragma once

#include <functional>
#include <string>

namespace synthbench {

/// Where things are kept that are costly to make and follow from their inputs: SYNTHBENCH_CACHE, else
/// $XDG_CACHE_HOME/synthbench, else ~/.cache/synthbench; empty where there is none.
std::string cache_folder();

/// The file `name` of the cache; where it is missing, or valid(content) is false, what make() returns, stored for next
/// time. Processes may call this at once: each sees a whole file or makes its own equal one. A cache that cannot be
/// written is no error: the work is done again next time.
std::string cached(const std::string& name, const std::function<bool(const std::string& content)>& valid,
                   const std::function<std::string()>& make);

}  // namespace synthbench
