#include "ablations/expansion.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/range.h"
#include "harness/base/units.h"

namespace synthbench {
namespace {

constexpr std::int64_t kTinyLength = 32, kTinyBatch = 2, kTinySteps = 4, kTinyExamples = 64;

}  // namespace

Expansion::Expansion(const Grid& grid, bool smoke) : resolver_(*texts_), place_(grid.place), smoke_(smoke) {
  blocks_ = make_blocks(grid, smoke, resolver_, warnings_);
  for (const Block& block : blocks_.blocks) stride_ = std::max(stride_, block.axes.size());
  for (const Blocks::Exclude& exclude : blocks_.excludes) dropped_.push_back({exclude.reason, 0});
  axis_held_.resize(blocks_.blocks.front().axes.size());
  exclude_held_.resize(blocks_.excludes.size());
  here_.resize(stride_);
  points_of_.resize(blocks_.blocks.size());
  check_size();
}

void Expansion::check_size() {
  for (const Block& block : blocks_.blocks) {
    points_ += count_points(block, resolver_, kMaxPoints);
    if (points_ <= kMaxPoints) continue;
    double full = 1;
    for (const ValueAxis& axis : block.axes) full *= static_cast<double>(axis.size());
    const std::string shown = full < 9e18 ? format_count(static_cast<std::int64_t>(full)) : format_number(full);
    fail(block.place, fmt::format("the axes have {} points, more than the {} that are planned", shown, format_count(kMaxPoints)));
  }
}

void Expansion::expand(std::span<const Sieve> sieves) {
  sieves_ = sieves;
  for (const Sieve& sieve : sieves) dropped_.push_back({sieve.reason, 0});
  if (smoke_) dropped_.push_back({"--smoke runs one tiny cell per variant and backend", 0});
  for (std::size_t b = 0; b < blocks_.blocks.size(); ++b) walk(b, 0, blocks_.blocks[b].fixed);
  sieves_ = {};
  compact();
  for (std::size_t a = 0; a < axis_held_.size(); ++a) {
    if (!axis_held_[a]) warnings_.push_back(holds_nowhere(blocks_.blocks.front(), blocks_.blocks.front().axes[a]));
  }
  for (std::size_t i = 0; i < blocks_.excludes.size(); ++i) {
    if (!exclude_held_[i]) {
      warnings_.push_back(fmt::format("{}: [[exclude]] matches nothing ({})", describe(blocks_.excludes[i].place), dropped_[i].reason));
    }
  }
}

/// With the likely reason: a key whose value follows from others.
std::string Expansion::holds_nowhere(const Block& block, const ValueAxis& axis) const {
  std::string text = fmt::format("{}: axis '{}': its condition holds nowhere", describe(axis.place), axis.name);
  for (const std::size_t key : axis.when.keys()) {
    const bool named = block.fixed.has[key] || std::ranges::any_of(block.axes, [&](const ValueAxis& other) {
                         return std::ranges::find(other.keys, key) != other.keys.end();
                       });
    if (named || resolver_.unnamed(block.fixed, key) != nullptr) continue;
    text += fmt::format("; '{}' follows from other keys there, and conditions see what [base] and earlier axes name", keys()[key].name);
  }
  return text;
}

void Expansion::walk(std::size_t b, std::size_t a, const Point& point) {
  const Block& block = blocks_.blocks[b];
  const auto value_of = [&](std::size_t key) { return value_at(point, key, resolver_); };
  if (a == block.axes.size()) {
    if (block.only.empty() || block.only.holds(value_of)) take(b, point);
    return;
  }
  const ValueAxis& axis = block.axes[a];
  if (!axis.when.empty() && !axis.when.holds(value_of)) {
    here_[a] = kOff;
    return walk(b, a + 1, point);
  }
  if (b == 0) axis_held_[a] = true;
  Point next = point;
  for (std::size_t row = 0; row < axis.size(); ++row) {
    here_[a] = static_cast<std::uint32_t>(row);
    if (row > 0 && axis.keys.size() > 1) next = point;
    set_row(next, axis, row);
    walk(b, a + 1, next);
  }
}

void Expansion::take(std::size_t b, const Point& said) {
  const Block& block = blocks_.blocks[b];
  const bool included = block.origin == Block::Origin::include;
  ++(included ? counts_.included : counts_.product);
  ++points_of_[b];
  const Point* whole = nullptr;
  try {
    whole = &resolved_or_thrown(said);
  } catch (const ResolveError& error) {
    if (included || !is_taken_out(said)) refuse(block, error);
    return;
  }
  const Point& resolved = *whole;
  const ContentHash hash = resolver_.cell_hash(resolved);
  const auto exclude = included ? std::nullopt : exclude_of([&](std::size_t key) { return value(resolved, key); });
  const bool sieved = !passes_sieves(resolved, !exclude);
  if (exclude) {
    ++counts_.excluded;
    ++dropped_[*exclude].count;
    if (!sieved && !smoke_) list(b, static_cast<std::int32_t>(*exclude), hash);
    return;
  }
  if (sieved) return;
  if (smoke_) {
    static const std::size_t kind = key_index("kind"), variant = key_index("variant"), backend = key_index("backend");
    Texts& texts = resolver_.texts();
    const Slot one = texts.number(texts.text(resolved.slots[kind]) + " " + texts.text(resolved.slots[variant]) + " " +
                                  texts.text(resolved.slots[backend]));
    if (std::find(smoked_.begin(), smoked_.end(), one) != smoked_.end()) {
      ++counts_.excluded;
      ++dropped_.back().count;
      return;
    }
    smoked_.push_back(one);
  }
  list(b, -1, hash);
}

bool Expansion::passes_sieves(const Point& resolved, bool count) {
  for (std::size_t i = 0; i < sieves_.size(); ++i) {
    if (sieves_[i].keeps(resolved)) continue;
    if (count) {
      ++counts_.excluded;
      ++dropped_[blocks_.excludes.size() + i].count;
    }
    return false;
  }
  return true;
}

/// Adds an entry, once per config and seed. A cell that stays beats the same point excluded elsewhere.
void Expansion::list(std::size_t b, std::int32_t excluded, const ContentHash& hash) {
  std::uint32_t& known = index_.slot(hash, entries_);
  if (known != 0) {
    const bool was_excluded = entries_[known - 1].excluded >= 0;
    if (excluded >= 0) return;
    if (!was_excluded) {
      ++counts_.duplicates;
      return;
    }
    gone_.resize(entries_.size());
    gone_[known - 1] = true;
  }
  entries_.push_back({static_cast<std::uint32_t>(b), excluded, hash});
  known = static_cast<std::uint32_t>(entries_.size());
  digits_.insert(digits_.end(), here_.begin(), here_.end());
  if (excluded < 0) ++counts_.cells;
}

void Expansion::compact() {
  if (std::find(gone_.begin(), gone_.end(), true) == gone_.end()) return;
  gone_.resize(entries_.size());
  std::size_t to = 0;
  for (std::size_t from = 0; from < entries_.size(); ++from) {
    if (gone_[from]) continue;
    entries_[to] = entries_[from];
    std::copy_n(digits_.begin() + static_cast<std::ptrdiff_t>(from * stride_), stride_,
                digits_.begin() + static_cast<std::ptrdiff_t>(to * stride_));
    ++to;
  }
  entries_.resize(to);
  digits_.resize(to * stride_);
}

/// Whether an exclude or a filter has a point whose keys do not go together: what is left out need not make sense. Such a point has
/// no config and is counted, not listed. Excludes and filters see what the grid says of it, and defaults.
bool Expansion::is_taken_out(const Point& said) {
  const std::optional<std::size_t> exclude = exclude_of([&](std::size_t key) { return value_at(said, key, resolver_); });
  if (exclude) ++dropped_[*exclude].count;
  Point filled = said;
  for (std::size_t key = 0; key < keys().size(); ++key) {
    const Slot* value = value_at(said, key, resolver_);
    if (value != nullptr && !filled.has[key]) filled.set(key, *value);
  }
  bool sieved = false;
  for (std::size_t i = 0; i < sieves_.size() && !exclude && !sieved; ++i) {
    sieved = sieves_[i].of_values && !sieves_[i].keeps(filled);
    if (sieved) ++dropped_[blocks_.excludes.size() + i].count;
  }
  if (exclude || sieved) ++counts_.excluded;
  return exclude || sieved;
}

const Point& Expansion::resolved_or_thrown(const Point& said) const {
  if (!smoke_) return resolver_.resolve(said);
  Point tiny = said;
  shrink(tiny);
  return resolver_.resolve(tiny);
}

const Point& Expansion::resolve(const Block& block, const Point& said) const {
  try {
    return resolved_or_thrown(said);
  } catch (const ResolveError& error) {
    refuse(block, error);
  }
}

/// At the line that says the key that does not fit.
void Expansion::refuse(const Block& block, const ResolveError& error) const {
  for (const std::string& key : error.keys) {
    for (const ValueAxis& axis : block.axes) {
      if (std::find(axis.keys.begin(), axis.keys.end(), key_index(key)) != axis.keys.end()) fail(axis.place, error.what());
    }
    const SourceLine& place = block.places[key_index(key)];
    if (block.origin != Block::Origin::include && !place.file.empty()) fail(place, error.what());
  }
  fail(block.place, error.what());
}

void Expansion::shrink(Point& said) const {
  static const std::size_t seq_len = key_index("seq_len"), batch = key_index("batch"), max_len = key_index("max_len"),
                           steps = key_index("train.steps"), every = key_index("train.eval_every"),
                           checkpoint = key_index("train.checkpoint_every"), max_train = key_index("data.max_train"),
                           max_eval = key_index("data.max_eval");
  const auto at_most = [&](std::size_t key, std::int64_t most) {
    const std::int64_t now = said.has[key] ? static_cast<std::int64_t>(said.slots[key]) : most;
    said.set(key, static_cast<Slot>(now == 0 ? most : std::min(now, most)));
  };
  at_most(seq_len, kTinyLength);
  at_most(batch, kTinyBatch);
  at_most(steps, kTinySteps);
  at_most(every, kTinySteps);
  at_most(checkpoint, kTinySteps);
  at_most(max_train, kTinyExamples);
  at_most(max_eval, kTinyExamples);
  said.drop(max_len);
}

/// The first exclude that holds has the point; the others are looked at until each has been seen to hold somewhere.
std::optional<std::size_t> Expansion::exclude_of(const Condition::ValueOf& value_of) {
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < blocks_.excludes.size(); ++i) {
    if (first && exclude_held_[i]) continue;
    if (!blocks_.excludes[i].when.holds(value_of)) continue;
    exclude_held_[i] = true;
    if (!first) first = i;
  }
  return first;
}

const Slot* Expansion::value(const Point& resolved, std::size_t key) const {
  static const std::size_t tokens = key_index("tokens"), batch = key_index("batch"), seq_len = key_index("seq_len");
  if (resolved.has[key]) return &resolved.slots[key];
  if (key != tokens) return nullptr;
  derived_tokens_ = resolved.slots[batch] * resolved.slots[seq_len];
  return &derived_tokens_;
}

Point Expansion::said_at(std::int64_t index) const {
  const Block& block = block_of(index);
  Point said = block.fixed;
  for (std::size_t a = 0; a < block.axes.size(); ++a) {
    const std::uint32_t row = digits_[static_cast<std::size_t>(index) * stride_ + a];
    if (row != kOff) set_row(said, block.axes[a], row);
  }
  return said;
}

void Expansion::exclude(std::int64_t index, const std::string& reason) {
  Entry& entry = entries_.at(static_cast<std::size_t>(index));
  if (entry.excluded >= 0) return;
  const auto known = std::find(late_reasons_.begin(), late_reasons_.end(), reason);
  if (known == late_reasons_.end()) dropped_.push_back({reason, 0});
  const auto late = static_cast<std::size_t>(known - late_reasons_.begin());
  if (known == late_reasons_.end()) late_reasons_.push_back(reason);
  entry.excluded = static_cast<std::int32_t>(blocks_.excludes.size() + late);
  ++dropped_[dropped_.size() - late_reasons_.size() + late].count;
  ++counts_.excluded;
  --counts_.cells;
}

std::uint32_t& Expansion::Index::slot(const ContentHash& hash, const std::vector<Entry>& entries) {
  if (2 * (entries.size() + 1) > slots_.size()) grow(entries);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash.low & mask;; at = (at + 1) & mask) {
    if (slots_[at] == 0 || entries[slots_[at] - 1].hash == hash) return slots_[at];
  }
}

void Expansion::Index::grow(const std::vector<Entry>& entries) {
  const std::vector<std::uint32_t> old = std::move(slots_);
  slots_.assign(std::max<std::size_t>(1024, 2 * old.size()), 0);
  const std::size_t mask = slots_.size() - 1;
  for (const std::uint32_t entry : old) {
    if (entry == 0) continue;
    std::size_t at = entries[entry - 1].hash.low & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = entry;
  }
}

}  // namespace synthbench
