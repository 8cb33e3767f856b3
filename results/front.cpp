#include "results/front.h"

#include <algorithm>

namespace synthbench {

std::vector<std::optional<std::size_t>> beaten_by(const std::vector<FrontPoint>& points, const std::string& better) {
  const auto beats = [&](const FrontPoint& a, const FrontPoint& b) {
    const bool no_worse = better == "higher" ? a.quality >= b.quality : a.quality <= b.quality;
    return a.time <= b.time && no_worse && (a.time < b.time || a.quality != b.quality);
  };
  std::vector<std::optional<std::size_t>> out;
  for (const FrontPoint& point : points) {
    const auto found = std::ranges::find_if(points, [&](const FrontPoint& other) { return beats(other, point); });
    out.push_back(found == points.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - points.begin())));
  }
  return out;
}

}  // namespace synthbench
