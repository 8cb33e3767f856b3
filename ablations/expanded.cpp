// What an expanded grid says of itself: its cells, where their values come from, its axes.
#include <algorithm>

#include "ablations/expansion.h"
#include "harness/base/sha256.h"

namespace synthbench {
namespace {

/// Prints a value of an axis of several keys as a list.
Json row_of(const ValueAxis& axis, std::size_t row, const Texts& texts) {
  if (axis.keys.size() == 1) return json_of(keys()[axis.keys[0]], axis.values[0][row], texts);
  Json out = Json::array();
  for (std::size_t k = 0; k < axis.keys.size(); ++k) out.push_back(json_of(keys()[axis.keys[k]], axis.values[k][row], texts));
  return out;
}

void append_bytes(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift & 0xFF);
}

}  // namespace

Expansion::Cell Expansion::cell(std::int64_t index) const {
  const Entry& entry = entries_.at(static_cast<std::size_t>(index));
  const Point& resolved = resolve(block_of(index), said_at(index));
  static const std::size_t seed = key_index("seed");
  return {resolver_.config(resolved), static_cast<std::int64_t>(resolved.slots[seed]), entry.excluded < 0 ? nullptr : &reason_of(entry)};
}

const std::string& Expansion::reason_of(const Entry& entry) const {
  const auto reason = static_cast<std::size_t>(entry.excluded);
  return reason < blocks_.excludes.size() ? blocks_.excludes[reason].reason : late_reasons_[reason - blocks_.excludes.size()];
}

std::optional<ValueOrigin> Expansion::origin(std::int64_t index, std::size_t key) const {
  const Block& block = block_of(index);
  Point said = said_at(index);
  std::vector<SourceLine> places = block.places;
  for (std::size_t a = 0; a < block.axes.size(); ++a) {
    if (digits_[static_cast<std::size_t>(index) * stride_ + a] == kOff) continue;
    for (const std::size_t axis_key : block.axes[a].keys) places[axis_key] = block.axes[a].place;
  }
  if (smoke_) {
    const Point full = said;
    shrink(said);
    for (std::size_t k = 0; k < keys().size(); ++k) {
      if (said.has[k] && !(full.has[k] && full.slots[k] == said.slots[k])) places[k] = {"--smoke", 0, SaidBy::flag};
    }
  }
  return origin_of(resolver_, said, places, key);
}

std::vector<Expansion::Axis> Expansion::axes() const {
  std::vector<Axis> out;
  for (const ValueAxis& axis : blocks_.blocks.front().axes) {
    Axis& one = out.emplace_back(Axis{axis.name, {}});
    for (std::size_t row = 0; row < axis.size(); ++row) one.values.push_back(row_of(axis, row, *texts_));
  }
  return out;
}

std::vector<Expansion::Zip> Expansion::zips() const {
  std::vector<Zip> out;
  for (std::size_t b = 0; b < blocks_.blocks.size(); ++b) {
    const Block& block = blocks_.blocks[b];
    if (block.origin != Block::Origin::zip) continue;
    const ValueAxis& rows = block.axes.front();
    out.push_back({rows.name, static_cast<std::int64_t>(rows.size()), points_of_[b]});
  }
  return out;
}

std::vector<std::string> Expansion::kinds() const {
  static const std::size_t kind = key_index("kind");
  std::vector<std::string> out;
  const auto add = [&](Slot slot) {
    if (std::find(out.begin(), out.end(), texts_->text(slot)) == out.end()) out.push_back(texts_->text(slot));
  };
  const Block& product = blocks_.blocks.front();
  for (const ValueAxis& axis : product.axes) {
    for (std::size_t column = 0; column < axis.keys.size(); ++column) {
      if (axis.keys[column] == kind) std::for_each(axis.values[column].begin(), axis.values[column].end(), add);
    }
  }
  if (out.empty()) add(*value_at(product.fixed, kind, resolver_));
  return out;
}

std::string Expansion::sha() const {
  std::string bytes;
  bytes.reserve(entries_.size() * 17);
  for (const Entry& entry : entries_) {
    append_bytes(bytes, entry.hash.high);
    append_bytes(bytes, entry.hash.low);
    bytes += entry.excluded < 0 ? 'c' : 'x';
  }
  return sha256(bytes);
}

}  // namespace synthbench
