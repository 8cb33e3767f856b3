#include "ablations/blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

#include "harness/base/range.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

bool contains(const std::vector<std::size_t>& keys, std::size_t key) { return std::find(keys.begin(), keys.end(), key) != keys.end(); }

bool overlap(const ValueAxis& a, const ValueAxis& b) {
  return std::any_of(a.keys.begin(), a.keys.end(), [&](std::size_t key) { return contains(b.keys, key); });
}

/// A batch that was set further out gives way to tokens that are set further in.
void set_key(Point& point, std::size_t key, Slot slot) {
  static const std::size_t batch = key_index("batch"), tokens = key_index("tokens"), batch_tokens = key_index("train.batch_tokens");
  point.set(key, slot);
  if (key == tokens || key == batch_tokens) point.drop(batch);
  if (key == tokens) point.drop(batch_tokens);
}

class Compiler {
 public:
  Compiler(const Grid& grid, Resolver& resolver, std::vector<std::string>& warnings)
      : grid_(grid), resolver_(resolver), warnings_(warnings) {}

  Blocks compile(bool smoke) {
    Block product{Block::Origin::product, {}, {}, {}, {}, grid_.place};
    set_base(product, {});
    add_axes(product);
    check_order(product);
    std::vector<Block> zips;
    for (const GridZip& zip : grid_.zips) {
      ValueAxis rows = zip_axis(zip);
      if (adds_points(rows)) zips.push_back(zip_block(product, std::move(rows), zip));
    }
    out_.blocks.push_back(std::move(product));
    if (!smoke) std::move(zips.begin(), zips.end(), std::back_inserter(out_.blocks));
    for (const GridInclude& include : grid_.includes) out_.blocks.push_back(include_block(include));
    if (smoke) {
      for (Block& block : out_.blocks) {
        for (ValueAxis& axis : block.axes) keep_smallest(axis);
      }
    }
    for (const GridExclude& exclude : grid_.excludes) {
      out_.excludes.push_back({Condition(exclude.when, "[[exclude]] when", resolver_.texts(), warnings_), exclude.reason, exclude.place});
    }
    return std::move(out_);
  }

 private:
  std::vector<Slot> slots(const std::string& name, const Json& values, const SourceLine& place, const std::string& what) {
    const Key& key = key_at(name);
    std::vector<Slot> out;
    try {
      for (const Json& value : checked_values(key, values)) out.push_back(slot_of(key, value, resolver_.texts()));
    } catch (const UserError& error) {
      fail(place, what + ": " + error.what());
    }
    return out;
  }

  void set(Point& point, const Setting& setting) {
    const Key& key = key_at(setting.key);
    try {
      set_key(point, key_index(setting.key), slot_of(key, checked_value(key, setting.value), resolver_.texts()));
    } catch (const UserError& error) {
      fail(setting.place, setting.key + ": " + error.what());
    }
  }

  /// [base] with other settings over it, and keys of flags over those. batch goes last: within one level it beats tokens.
  void set_base(Block& block, const std::vector<Setting>& over) {
    block.places.resize(keys().size());
    const auto set_all = [&](std::vector<Setting> settings, bool flags) {
      std::stable_partition(settings.begin(), settings.end(),
                            [](const Setting& one) { return one.key != "batch" && one.key != "train.batch_tokens"; });
      std::stable_partition(settings.begin(), settings.end(), [](const Setting& one) { return one.key != "batch"; });
      for (const Setting& setting : settings) {
        if (overridden(setting.key) != flags) continue;
        set(block.fixed, setting);
        block.places[key_index(setting.key)] = setting.place;
      }
    };
    set_all(grid_.base, false);
    set_all(over, false);
    set_all(grid_.base, true);
  }

  bool overridden(const std::string& key) const {
    return std::find(grid_.overridden.begin(), grid_.overridden.end(), key) != grid_.overridden.end();
  }

  ValueAxis axis(const GridAxis& axis) {
    const std::string what = "axis '" + axis.name + "'";
    ValueAxis out{axis.name, {key_index(axis.name)}, {slots(axis.name, axis.values, axis.place, what)}, {}, axis.place};
    out.when = Condition(axis.when, what + " when", resolver_.texts(), warnings_);
    return out;
  }

  ValueAxis zip_axis(const GridZip& zip) {
    ValueAxis out;
    out.place = zip.place;
    std::vector<std::string> names;
    for (const Setting& column : zip.axes) {
      names.push_back(column.key);
      out.keys.push_back(key_index(column.key));
      out.values.push_back(slots(column.key, column.value, column.place, "[[zip]] " + column.key));
      if (out.values.back().size() != out.size()) {
        fail(column.place, fmt::format("[[zip]]: '{}' has {} values, '{}' has {}: they move together, one by one", names.front(),
                                       out.size(), column.key, out.values.back().size()));
      }
    }
    out.name = join(names, ",");
    return out;
  }

  /// A zip that names an axis adds points; any other is one more axis.
  bool adds_points(const ValueAxis& rows) const {
    return std::any_of(grid_.axes.begin(), grid_.axes.end(),
                       [&](const GridAxis& axis) { return contains(rows.keys, key_index(axis.name)); });
  }

  void add_axes(Block& product) {
    for (const GridAxis& one : grid_.axes) product.axes.push_back(axis(one));
    for (const GridZip& zip : grid_.zips) {
      ValueAxis rows = zip_axis(zip);
      if (adds_points(rows)) continue;
      for (const ValueAxis& other : product.axes) {
        if (overlap(other, rows)) fail(zip.place, fmt::format("[[zip]] names a key of another [[zip]]: {} and {}", rows.name, other.name));
      }
      rows.when = Condition(zip.only, "[[zip]] only", resolver_.texts(), warnings_);
      const auto later = std::find_if(product.axes.begin(), product.axes.end(), [&](const ValueAxis& other) {
        return other.place.file == zip.place.file && other.place.line > zip.place.line;
      });
      product.axes.insert(later, std::move(rows));
    }
  }

  /// `when` sees base keys and earlier axes only: a later one has no value yet.
  void check_order(const Block& product) const {
    for (std::size_t i = 0; i < product.axes.size(); ++i) {
      for (std::size_t j = i; j < product.axes.size(); ++j) {
        for (const std::size_t key : product.axes[j].keys) {
          if (!product.axes[i].when.mentions(key)) continue;
          fail(product.axes[i].place, fmt::format("axis '{}': its condition looks at '{}', {}", product.axes[i].name, keys()[key].name,
                                                  i == j ? "itself" : "an axis that comes later: move it up"));
        }
      }
    }
  }

  Block zip_block(const Block& product, ValueAxis rows, const GridZip& zip) {
    Block block{
        Block::Origin::zip, product.fixed, product.places, {rows}, Condition(zip.only, "[[zip]] only", resolver_.texts(), warnings_),
        zip.place};
    for (const ValueAxis& other : product.axes) {
      if (!overlap(other, rows)) block.axes.push_back(other);
    }
    return block;
  }

  Block include_block(const GridInclude& include) {
    Block block{Block::Origin::include, {}, {}, {}, {}, include.place};
    set_base(block, include.settings);
    for (const GridAxis& one : grid_.axes) {
      if (!overridden(one.name)) continue;
      block.axes.push_back(axis(one));
      block.axes.back().when = {};
    }
    return block;
  }

  static void keep_smallest(ValueAxis& axis) {
    if (axis.name == "kind" || axis.name == "variant" || axis.name == "backend") return;
    const Key& key = keys()[axis.keys.front()];
    const std::vector<Slot>& first = axis.values.front();
    std::size_t row = 0;
    const auto number = [&](std::size_t i) {
      return key.type == KeyType::number ? std::bit_cast<double>(first[i]) : static_cast<double>(static_cast<std::int64_t>(first[i]));
    };
    for (std::size_t i = 1; i < first.size(); ++i) {
      if (key.type != KeyType::text && number(i) < number(row)) row = i;
    }
    for (std::vector<Slot>& column : axis.values) column = {column[row]};
  }

  const Grid& grid_;
  Resolver& resolver_;
  std::vector<std::string>& warnings_;
  Blocks out_;
};

/// Axes that no condition looks at only multiply; the others are walked.
class Counter {
 public:
  Counter(const Block& block, const Resolver& resolver, std::int64_t limit) : block_(block), resolver_(resolver), limit_(limit) {
    for (const std::size_t key : block.only.keys()) gates_.insert(key);
    for (const ValueAxis& axis : block.axes) {
      for (const std::size_t key : axis.when.keys()) gates_.insert(key);
    }
  }

  std::int64_t count(const Point& point, std::size_t i) {
    if (++visited_ > limit_ + kMaxPoints) return limit_ + 1;
    const auto value_of = [&](std::size_t key) { return value_at(point, key, resolver_); };
    if (i == block_.axes.size()) return block_.only.holds(value_of) ? 1 : 0;
    const ValueAxis& axis = block_.axes[i];
    if (!axis.when.holds(value_of)) return count(point, i + 1);
    if (std::none_of(axis.keys.begin(), axis.keys.end(), [&](std::size_t key) { return gates_.contains(key); })) {
      const std::int64_t rest = count(point, i + 1), size = static_cast<std::int64_t>(axis.size());
      return rest > limit_ / size ? limit_ + 1 : rest * size;
    }
    std::int64_t total = 0;
    for (std::size_t row = 0; row < axis.size() && total <= limit_; ++row) {
      Point next = point;
      set_row(next, axis, row);
      total += count(next, i + 1);
    }
    return std::min(total, limit_ + 1);
  }

 private:
  const Block& block_;
  const Resolver& resolver_;
  std::int64_t limit_, visited_ = 0;
  std::set<std::size_t> gates_;
};

}  // namespace

Blocks make_blocks(const Grid& grid, bool smoke, Resolver& resolver, std::vector<std::string>& warnings) {
  return Compiler(grid, resolver, warnings).compile(smoke);
}

std::int64_t count_points(const Block& block, const Resolver& resolver, std::int64_t limit) {
  return Counter(block, resolver, limit).count(block.fixed, 0);
}

const Slot* value_at(const Point& point, std::size_t key, const Resolver& resolver) {
  return point.has[key] ? &point.slots[key] : resolver.unnamed(point, key);
}

void set_row(Point& point, const ValueAxis& axis, std::size_t row) {
  static const std::size_t batch = key_index("batch");  // goes last: within one row it beats tokens
  for (std::size_t k = 0; k < axis.keys.size(); ++k) {
    if (axis.keys[k] != batch) set_key(point, axis.keys[k], axis.values[k][row]);
  }
  for (std::size_t k = 0; k < axis.keys.size(); ++k) {
    if (axis.keys[k] == batch) set_key(point, batch, axis.values[k][row]);
  }
}

}  // namespace synthbench
