#pragma once

#include <vector>

namespace synthbench {

/// The processors that this process may run on, by number.
std::vector<int> allowed_processors();

/// Neighbours stay together, no two shares overlap, sizes differ by one at most. Empty when there are fewer than shares.
std::vector<std::vector<int>> split_processors(const std::vector<int>& processors, int shares);

}  // namespace synthbench
