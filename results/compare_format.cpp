// A comparison in words and in JSON, and the bounds at which it fails.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/base/words.h"
#include "results/compare.h"

namespace synthbench {
namespace {

const std::vector<std::string> kFailing = {"slower", "faster", "worse", "better", "ambiguous", "only-a", "only-b"};

template <typename T>
OrderedJson or_null(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

OrderedJson side_json(const std::optional<Measured>& side) {
  if (!side) return nullptr;
  OrderedJson attempts = OrderedJson::array();
  for (const std::int64_t attempt : side->attempts) attempts.push_back(fmt::format("a{}", attempt));
  OrderedJson json = {{"value", or_null(side->value)}, {"unit", side->unit}, {"n", side->seeds}, {"processes", side->processes}};
  json["state"] = side->state;
  json["reason"] = side->reason.empty() ? OrderedJson(nullptr) : OrderedJson(side->reason);
  json["attempts"] = attempts;
  return json;
}

TableCell side_cell(const std::optional<Measured>& side) {
  if (!side) return {.value = "n/a (no such cell)"};
  if (!side->value) return {.value = "n/a (" + (side->not_finite.empty() ? side->state : "not finite") + ")", .attempts = side->attempts};
  const std::string text = side->unit == "s" ? format_seconds(*side->value) : format_number(*side->value, 4);
  return {.value = *side->value, .text = text, .attempts = side->attempts};
}

TableCell number_or_dash(const std::optional<double>& value, int digits) {
  return value ? TableCell{.value = *value, .text = format_number(*value, digits)} : TableCell{.value = nullptr, .text = "–"};
}

/// "1.030": three digits behind the point, since a ratio of 1.03 and one of 1.034 are not the same news.
TableCell ratio_cell(const std::optional<double>& ratio) {
  return ratio ? TableCell{.value = *ratio, .text = fmt::format("{:.3f}", *ratio)} : TableCell{.value = nullptr, .text = "–"};
}

TableCell ratio_interval_cell(const std::optional<Interval>& interval) {
  if (!interval) return {.value = nullptr, .text = "–"};
  return {.value = OrderedJson::array({interval->lo, interval->hi}), .text = fmt::format("[{:.3f}, {:.3f}]", interval->lo, interval->hi)};
}

/// "5" would be 500 % and "1" 100 %: nearly always 5 % and 1 % were meant. Who writes "500%" means it.
double bound_of(std::string_view text) {
  const double share = parse_fraction(text);
  if (share < 1 || text.ends_with('%')) return share;
  throw UserError(fmt::format("'{}' is {:g} %: write {}% or {:g} for {} %, {:g}% if that is meant", text, 100 * share, text, share / 100,
                              text, 100 * share));
}

std::vector<std::string> key_columns(const ComparisonTable& comparison) {
  std::vector<std::string> columns;
  for (const Comparison& row : comparison.rows) {
    for (const auto& [key, value] : row.key.items()) {
      if (std::ranges::find(columns, key) == columns.end()) columns.push_back(key);
    }
  }
  return columns;
}

}  // namespace

OrderedJson to_json(const Comparison& row) {
  OrderedJson json = {{"key", row.key}, {"a", side_json(row.a)}, {"b", side_json(row.b)}};
  json["ratio"] = or_null(row.ratio);
  json["ratio_lo"] = row.interval ? OrderedJson(row.interval->lo) : OrderedJson(nullptr);
  json["ratio_hi"] = row.interval ? OrderedJson(row.interval->hi) : OrderedJson(nullptr);
  json["verdict"] = row.verdict;
  json["note"] = row.note;
  json["p"] = or_null(row.p);
  json["effect"] = or_null(row.effect);
  json["floor"] = or_null(row.floor);
  return json;
}

Table table_of(const ComparisonTable& comparison) {
  const std::vector<std::string> keys = key_columns(comparison);
  const bool effects = std::ranges::any_of(comparison.rows, [](const Comparison& row) { return row.effect.has_value(); });
  Table table{.caption = fmt::format("B ({}) relative to A ({})", comparison.b, comparison.a),
              .columns = keys,
              .rows = {},
              .notes = comparison.notes};
  for (const char* column : {"A", "B", "ratio", "interval", "verdict", "p"}) table.columns.emplace_back(column);
  if (effects) table.columns.emplace_back("effect");
  table.columns.emplace_back("note");
  for (const Comparison& row : comparison.rows) {
    std::vector<TableCell> line;
    for (const std::string& key : keys) {
      line.push_back(row.key.contains(key) ? TableCell{.value = OrderedJson(row.key.at(key))} : TableCell{.value = nullptr, .text = "–"});
    }
    line.push_back(side_cell(row.a));
    line.push_back(side_cell(row.b));
    line.push_back(ratio_cell(row.ratio));
    line.push_back(ratio_interval_cell(row.interval));
    line.push_back({.value = row.verdict});
    line.push_back(number_or_dash(row.p, 2));
    if (effects) line.push_back(number_or_dash(row.effect, 2));
    line.push_back({.value = row.note});
    table.rows.push_back(std::move(line));
  }
  return table;
}

bool FailRule::holds(const Comparison& row) const {
  if (row.verdict != verdict) return false;
  return above == 0 || !row.ratio || std::abs(*row.ratio - 1) > above;  // without a ratio there is none to stay below
}

std::vector<FailRule> parse_fail_rules(const std::string& text) {
  std::vector<FailRule> rules;
  for (const std::string& part : split(text, ',')) {
    const std::size_t bound = part.find('>');
    FailRule rule;
    rule.verdict = trim(std::string_view(part).substr(0, bound));
    if (std::ranges::find(kFailing, rule.verdict) == kFailing.end())
      throw UserError("--fail-on: " + unknown_word("verdict", rule.verdict, kFailing));
    if (bound != std::string::npos) {
      try {
        rule.above = bound_of(trim(std::string_view(part).substr(bound + 1)));
      } catch (const UserError& error) {
        throw UserError("--fail-on " + part + ": " + error.what());
      }
    }
    rules.push_back(rule);
  }
  return rules;
}

}  // namespace synthbench
