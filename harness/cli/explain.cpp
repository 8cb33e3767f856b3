#include "harness/cli/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "ablations/keys.h"
#include "harness/base/plain_text.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// A value, and the cells that have it from one place; no value: cells whose config does not have the key.
struct Row {
  std::optional<ValueOrigin> origin;
  std::int64_t cells = 0;
};

bool alike(const std::optional<ValueOrigin>& a, const std::optional<ValueOrigin>& b) {
  if (!a || !b) return !a && !b;
  return a->value == b->value && a->source == b->source && a->where == b->where;
}

/// In the order in which the plan first meets them.
std::vector<Row> rows_of(const Plan& plan, const std::string& key) {
  std::vector<Row> rows;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    if (plan.excluded(i)) continue;
    const std::optional<ValueOrigin> origin = plan.origin(i, key);
    const auto same = std::ranges::find_if(rows, [&](const Row& row) { return alike(row.origin, origin); });
    Row& row = same != rows.end() ? *same : rows.emplace_back(Row{origin, 0});
    ++row.cells;
  }
  return rows;
}

std::string without_section(const std::string& key) {
  for (const std::string_view section : {"measure.", "check."}) {
    if (key.starts_with(section)) return key.substr(section.size());
  }
  return key;
}

/// All cells share it.
Row measure_row(const Plan& plan, const std::string& key) {
  const auto said = plan.measure_origins.find(key);
  if (said != plan.measure_origins.end()) return {said->second, plan.counts.cells};
  Json value = to_json(plan.measure).at(key);
  if (key == "timeout" && plan.measure.timeout < 0) value = "600 s, none for trainings";
  return {ValueOrigin{std::move(value), ValueOrigin::Source::fallback, ""}, plan.counts.cells};
}

std::vector<Row> explain(const Plan& plan, const std::string& key) {
  const std::vector<std::string> keys = key_names();
  if (std::ranges::find(keys, key) != keys.end()) return rows_of(plan, key);
  const Json measure = to_json(plan.measure);
  if (measure.contains(without_section(key))) return {measure_row(plan, without_section(key))};
  std::vector<std::string> known = keys;
  for (const auto& [name, value] : measure.items()) known.push_back(name);
  throw UserError("--explain: " + unknown_word("key", key, known));
}

OrderedJson json_of(const std::string& key, const Row& row) {
  OrderedJson out = {{"key", key}, {"value", nullptr}, {"cells", row.cells}, {"source", nullptr}, {"where", nullptr}};
  if (!row.origin) return out;
  out["value"] = row.origin->value;
  out["source"] = name(row.origin->source);
  if (!row.origin->where.empty()) out["where"] = row.origin->where;
  return out;
}

std::string line_of(const std::string& key, const Row& row) {
  const std::string cells = format_count(row.cells) + (row.cells == 1 ? " cell " : " cells");
  if (!row.origin && key == "tokens") return fmt::format("  {:<16} {:>12}  sets their batch: see --explain batch\n", "-", cells);
  if (!row.origin) return fmt::format("  {:<16} {:>12}  no part of their configs: nothing there reads it\n", "-", cells);
  const Json& value = row.origin->value;
  const std::string shown = plain_text(value);
  const std::string where = row.origin->where.empty() ? "" : ": " + row.origin->where;
  return fmt::format("  {:<16} {:>12}  {}{}\n", shown, cells, name(row.origin->source), where);
}

}  // namespace

void print_explanation(const std::string& format, const Plan& plan, const std::string& key, const Sink& sink) {
  const std::vector<Row> rows = explain(plan, key);
  if (format == "md") {
    sink(key + "\n");
    for (const Row& row : rows) sink(line_of(key, row));
    return;
  }
  OrderedJson all = OrderedJson::array();
  for (const Row& row : rows) all.push_back(json_of(key, row));
  if (format == "json") return sink(all.dump(1) + "\n");
  for (const OrderedJson& row : all) sink(row.dump() + "\n");
}

}  // namespace synthbench
