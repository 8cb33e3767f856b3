#include "harness/cli/plan_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

OrderedJson counts_json(const Plan& plan, std::int64_t reused) {
  const Plan::Counts& counts = plan.counts;
  return {{"product", counts.product},   {"excluded", counts.excluded}, {"duplicates", counts.duplicates},
          {"included", counts.included}, {"cells", counts.cells},       {"reused", reused}};
}

std::int64_t count_reused(const Plan& plan, const WouldReuse& would_reuse) {
  if (!would_reuse) return 0;
  std::int64_t reused = 0;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    const PlannedCell cell = plan.cell(i);
    if (cell.state == "pending" && would_reuse(cell)) ++reused;
  }
  return reused;
}

OrderedJson cell_json(const PlannedCell& cell, const WouldReuse& would_reuse) {
  const bool reused = cell.state == "pending" && would_reuse && would_reuse(cell);
  return {{"ordinal", cell.ordinal},
          {"state", reused ? "reused" : cell.state},
          {"reason", cell.reason.empty() ? OrderedJson(nullptr) : OrderedJson(cell.reason)},
          {"seed", cell.seed},
          {"config", cell.config.json()},
          {"config_sha", cell.config_sha}};
}

void print_json(const Plan& plan, const WouldReuse& would_reuse, const Sink& sink) {
  OrderedJson axes = OrderedJson::array();
  for (const Plan::Axis& axis : plan.axes) axes.push_back({{"name", axis.name}, {"values", axis.values}});
  sink(fmt::format("{{\"sweep\": {}, \"kind\": {},\n \"counts\": {},\n \"axes\": {},\n \"warnings\": {},\n \"cells\": [",
                   OrderedJson(plan.sweep).dump(), OrderedJson(plan.kind).dump(), counts_json(plan, count_reused(plan, would_reuse)).dump(),
                   axes.dump(), OrderedJson(plan.warnings).dump()));
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    sink((i == 0 ? "\n  " : ",\n  ") + cell_json(plan.cell(i), would_reuse).dump());
  }
  sink("\n]}\n");
}

/// The first values of an axis, and how many more there are.
std::string shown_values(const std::vector<Json>& values) {
  constexpr std::size_t kShown = 12;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(values.size(), kShown); ++i)
    texts.push_back(values[i].is_string() ? values[i].get<std::string>() : values[i].dump());
  std::string text = join(texts);
  if (values.size() > kShown) text += fmt::format(" ... ({} more)", format_count(static_cast<std::int64_t>(values.size() - kShown)));
  return text;
}

void print_for_people(const Plan& plan, const WouldReuse& would_reuse, const Sink& sink) {
  const Plan::Counts& counts = plan.counts;
  sink(fmt::format("Plan of {} ({})\n\n", plan.sweep, plan.kind));
  for (const Plan::Axis& axis : plan.axes) {
    sink(fmt::format("  {:<14} {:>9}  {}\n", axis.name, format_count(static_cast<std::int64_t>(axis.values.size())),
                     shown_values(axis.values)));
  }
  const auto line = [&](const char* what, std::int64_t count, const std::string& note) {
    sink(fmt::format("  {:<14} {:>9}{}{}\n", what, format_count(count), note.empty() ? "" : "  ", note));
  };
  sink("\n");
  line("points", counts.product, "of the axes and zips");
  for (const Plan::Exclusion& exclusion : plan.exclusions) line("excluded", exclusion.count, exclusion.reason);
  if (counts.duplicates > 0) line("duplicates", counts.duplicates, "equal once keys that the variant ignores are dropped");
  if (counts.included > 0) line("included", counts.included, "");
  line("cells", counts.cells, "");
  const std::int64_t reused = count_reused(plan, would_reuse);
  if (reused > 0) line("reused", reused, fmt::format("have a result that counts; {} to run", format_count(counts.cells - reused)));
  for (const std::string& warning : plan.warnings) sink("\nwarning: " + warning + "\n");
}

}  // namespace

void print_plan(const std::string& format, const Plan& plan, const WouldReuse& would_reuse, const Sink& sink) {
  if (format == "json") return print_json(plan, would_reuse, sink);
  if (format == "md") return print_for_people(plan, would_reuse, sink);
  for (std::int64_t i = 0; i < plan.size(); ++i) sink(cell_json(plan.cell(i), would_reuse).dump() + "\n");
}

}  // namespace synthbench
