#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace synthbench {

/// A grid and its expansion in the plainest words, to hold the real one to: maps of JSON, no interning, no hashing.
struct PlainGrid {
  using Point = std::map<std::string, Json>;
  using When = std::vector<std::pair<std::string, Json>>;  ///< value, list, or ">16"
  struct Axis {
    std::string name;
    std::vector<Json> values;
    When when;
  };
  struct Zip {
    std::vector<Axis> columns;
    When only;
  };
  Point base;
  std::vector<Axis> axes;
  std::vector<Zip> zips;  ///< each names at least one axis
  std::vector<When> excludes;
  std::vector<Point> includes;

  std::string toml() const;
};

struct PlainExpansion {
  std::vector<Json> cells;  ///< {"config", "seed"} in order, each once, excluded ones left out
  std::int64_t product = 0, excluded = 0, duplicates = 0, included = 0;
};
PlainExpansion plain_expansion(const PlainGrid& grid);

}  // namespace synthbench
