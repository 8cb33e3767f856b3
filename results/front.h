#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace synthbench {

/// Something that costs time and is good or not.
struct FrontPoint {
  double time = 0, quality = 0;
};

/// Of each point another one that beats it: as fast and as good, and better in one of both; nullopt: it is on the front, with all that
/// equal it. better: "higher", else lower.
std::vector<std::optional<std::size_t>> beaten_by(const std::vector<FrontPoint>& points, const std::string& better);

}  // namespace synthbench
