#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ablations/condition.h"
#include "ablations/grid.h"
#include "ablations/point.h"
#include "ablations/resolve.h"

namespace synthbench {

/// Keys that move together through as many values: one key of an [[axis]], several of a [[zip]].
struct ValueAxis {
  std::string name;  ///< "seq_len", or "seq_len,batch" of a zip
  std::vector<std::size_t> keys;
  std::vector<std::vector<Slot>> values;  ///< per key, equally long
  Condition when;
  SourceLine place;

  std::size_t size() const { return values.front().size(); }
};

/// Points that a part of the grid stands for: fixed values, and axes of which the first varies slowest.
struct Block {
  enum class Origin : std::uint8_t { product, zip, include };
  Origin origin = Origin::product;
  Point fixed;
  std::vector<SourceLine> places;  ///< of the fixed values, by key; no file where nobody sets it
  std::vector<ValueAxis> axes;     ///< of a zip: its rows first
  Condition only;
  SourceLine place;
};

/// A grid with every value checked.
struct Blocks {
  std::vector<Block> blocks;  ///< the product first, then zips, then includes
  struct Exclude {
    Condition when;
    std::string reason;
    SourceLine place;
  };
  std::vector<Exclude> excludes;
};

/// Checks every value of a grid. smoke: axes other than kind, variant and backend keep their smallest value alone.
/// Throws UserError with file and line.
Blocks make_blocks(const Grid& grid, bool smoke, Resolver& resolver, std::vector<std::string>& warnings);

/// How many points a block stands for, without making them; limit + 1 where there are more than limit.
std::int64_t count_points(const Block& block, const Resolver& resolver, std::int64_t limit);

/// The value that conditions of axes see: what is set at this point, else the key's default.
const Slot* value_at(const Point& point, std::size_t key, const Resolver& resolver);

/// Sets the keys of an axis to one of its rows. tokens displaces an inherited batch, which would win otherwise.
void set_row(Point& point, const ValueAxis& axis, std::size_t row);

}  // namespace synthbench
