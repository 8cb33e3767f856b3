#include "harness/cell_filter.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstdlib>

#include "ablations/logit_spec.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

Filter::Value value_of(const Key& key, Slot slot, const Texts& texts) {
  switch (key.type) {
    case KeyType::text: return texts.text(slot);
    case KeyType::number: return std::bit_cast<double>(slot);
    case KeyType::integer:
    case KeyType::flag: return static_cast<std::int64_t>(slot);
  }
  return std::int64_t{0};
}

void spell_canonically(Filter::Value& value) {
  auto* text = std::get_if<std::string>(&value);
  if (!text) return;
  try {
    *text = canonical_variant(*text);
  } catch (const UserError&) {
    return;  // no variant has this name, so it matches nothing: as any other text
  }
}

void spell_variants(Filter& leaf) {
  if (column_of(leaf) != "variant") return;
  if (auto* compare = std::get_if<Filter::Compare>(&leaf.node)) spell_canonically(compare->value);
  if (auto* in = std::get_if<Filter::In>(&leaf.node)) {
    for (Filter::Value& value : in->values) spell_canonically(value);
  }
}

void collect(const Filter& filter, const std::function<void(const Filter&)>& visit) {
  if (const auto* inner = std::get_if<Filter::Not>(&filter.node)) return collect(*inner->operand, visit);
  if (const auto* all = std::get_if<Filter::And>(&filter.node)) {
    for (const Filter& operand : all->operands) collect(operand, visit);
  } else if (const auto* any = std::get_if<Filter::Or>(&filter.node)) {
    for (const Filter& operand : any->operands) collect(operand, visit);
  } else {
    visit(filter);
  }
}

Filter parsed(const std::string& expression, const std::string& flag) {
  try {
    Filter filter = parse_filter(expression, key_names());
    for_each_leaf(filter, spell_variants);
    return filter;
  } catch (const UserError& error) {
    throw UserError(flag + ": " + error.what());
  }
}

std::uint64_t whole(std::string_view text, const std::string& shard, const std::string& by) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw UserError(fmt::format("{}: '{}' is not a shard (try 1/3, which is the first of three)", by, shard));
  }
  return value;
}

std::uint64_t slurm(const std::string& name, const std::string& by) {
  const char* const text = std::getenv(name.c_str());
  if (!text) throw UserError(fmt::format("{} slurm: {} is not set (it is inside a job array of Slurm)", by, name));
  std::uint64_t value = 0;
  const std::string_view digits = text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw UserError(fmt::format("{} slurm: {}={} is not a whole number", by, name, text));
  return value;
}

/// The place of this task in its array. An array with gaps, or a part of one that was submitted alone, would leave cells out.
Shard slurm_shard(const std::string& by) {
  const std::uint64_t id = slurm("SLURM_ARRAY_TASK_ID", by), first = slurm("SLURM_ARRAY_TASK_MIN", by),
                      count = slurm("SLURM_ARRAY_TASK_COUNT", by);
  const std::uint64_t last = std::getenv("SLURM_ARRAY_TASK_MAX") ? slurm("SLURM_ARRAY_TASK_MAX", by) : first + count - 1;
  if (id < first || id - first >= count || last - first + 1 != count)
    throw UserError(fmt::format("{} slurm: task {} of {} tasks from {} to {} (the array must count by ones; else give --shard I/N)", by, id,
                                count, first, last));
  return {id - first + 1, count};
}

}  // namespace

CellFilter::CellFilter(const std::string& expression, const std::string& flag) : filter_(parsed(expression, flag)) {
  collect(filter_, [&](const Filter& leaf) { leaves_.emplace(&leaf, Leaf{key_index(column_of(leaf)), {}, test(leaf, std::nullopt)}); });
}

Truth CellFilter::truth(const Expansion& expansion, const Point& resolved) const {
  return evaluate(filter_, [&](const Filter& one) {
    const Leaf& leaf = leaves_.at(&one);
    const Slot* slot = expansion.value(resolved, leaf.key);
    if (!slot) return leaf.absent;
    const auto known = leaf.answers.find(*slot);
    if (known != leaf.answers.end()) return known->second;
    const Truth answer = test(one, value_of(keys()[leaf.key], *slot, expansion.resolver().texts()));
    if (leaf.answers.size() < 100'000) leaf.answers.emplace(*slot, answer);
    return answer;
  });
}

Shard parse_shard(const std::string& text, const std::string& by) {
  if (text == "slurm") return slurm_shard(by);
  const std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 2) throw UserError(fmt::format("{}: '{}' is not a shard (try 1/3, which is the first of three)", by, text));
  const Shard shard{whole(parts[0], text, by), whole(parts[1], text, by)};
  if (shard.count == 0) throw UserError(fmt::format("{} {}: there is no shard of 0 (try 1/3)", by, text));
  if (shard.index == 0 || shard.index > shard.count) {
    throw UserError(fmt::format("{0} {1}: shards count from 1: 1/{2} to {2}/{2}", by, text, shard.count));
  }
  return shard;
}

}  // namespace synthbench
