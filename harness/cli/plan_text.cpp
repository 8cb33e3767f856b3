#include "harness/cli/plan_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/json.h"
#include "harness/base/plain_text.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

OrderedJson counts_json(const Plan& plan, const Outlook::Totals& totals) {
  const Plan::Counts& counts = plan.counts;
  return {{"product", counts.product},   {"excluded", counts.excluded}, {"duplicates", counts.duplicates},
          {"included", counts.included}, {"cells", counts.cells},       {"reused", totals.reused}};
}

OrderedJson prediction_json(const Outlook::Totals& totals) {
  const bool any = totals.predicted > 0;
  return {{"cells", totals.predicted},
          {"scaled", totals.scaled},
          {"unpredicted", totals.to_run - totals.predicted},
          {"seconds", any ? OrderedJson(totals.seconds) : OrderedJson(nullptr)},
          {"start_up_seconds", any ? OrderedJson(totals.start_up) : OrderedJson(nullptr)},
          {"out_of_memory", totals.out_of_memory}};
}

OrderedJson cell_json(const PlannedCell& cell, const Outlook& outlook) {
  const auto time = outlook.time(cell);
  const std::string reason = outlook.out_of_memory(cell).value_or(cell.reason);
  return {{"ordinal", cell.ordinal},
          {"state", outlook.state(cell)},
          {"reason", reason.empty() ? OrderedJson(nullptr) : OrderedJson(reason)},
          {"seed", cell.seed},
          {"config", cell.config.json()},
          {"config_sha", cell.config_sha},
          {"predicted_seconds", time ? OrderedJson(time->seconds) : OrderedJson(nullptr)}};
}

void print_json(const Plan& plan, const Outlook& outlook, const Sink& sink) {
  OrderedJson axes = OrderedJson::array();
  for (const Plan::Axis& axis : plan.axes) axes.push_back({{"name", axis.name}, {"values", axis.values}});
  OrderedJson zips = OrderedJson::array();
  for (const Plan::Zip& zip : plan.zips) zips.push_back({{"name", zip.name}, {"rows", zip.rows}, {"points", zip.points}});
  const Outlook::Totals totals = outlook.totals(plan);
  sink(
      fmt::format("{{\"sweep\": {}, \"kind\": {},\n \"counts\": {},\n \"predicted\": {},\n \"axes\": {},\n \"zips\": {},\n \"warnings\": "
                  "{},\n \"cells\": [",
                  OrderedJson(plan.sweep).dump(), OrderedJson(plan.kind).dump(), counts_json(plan, totals).dump(),
                  prediction_json(totals).dump(), axes.dump(), zips.dump(), OrderedJson(plan.warnings).dump()));
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    sink((i == 0 ? "\n  " : ",\n  ") + cell_json(plan.cell(i), outlook).dump());
  }
  sink("\n]}\n");
}

/// The first values of an axis, and how many more there are.
std::string shown_values(const std::vector<Json>& values) {
  constexpr std::size_t kShown = 12;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(values.size(), kShown); ++i) texts.push_back(plain_text(values[i]));
  std::string text = join(texts);
  if (values.size() > kShown) text += fmt::format(" ... ({} more)", format_count(static_cast<std::int64_t>(values.size() - kShown)));
  return text;
}

std::string cells(std::int64_t count) { return format_count(count) + (count == 1 ? " cell" : " cells"); }

/// "1 min 02 s for 12 of 16 cells, from earlier ones (3 scaled by their operations); 4 % of it is the start of processes"
std::string predicted_text(const Outlook::Totals& totals) {
  std::string text = fmt::format("{} for {} of {}, from earlier cells", format_seconds(totals.seconds), format_count(totals.predicted),
                                 cells(totals.to_run));
  if (totals.scaled > 0) text += fmt::format(" ({} scaled by operations)", format_count(totals.scaled));
  if (totals.seconds > 0) text += fmt::format("; {:.0f} % of it is process start-up", 100 * totals.start_up / totals.seconds);
  return text;
}

void print_for_people(const Plan& plan, const Outlook& outlook, const Sink& sink) {
  const Plan::Counts& counts = plan.counts;
  sink(fmt::format("Plan of {} ({})\n\n", plan.sweep, plan.kind));
  for (const Plan::Axis& axis : plan.axes) {
    sink(fmt::format("  {:<14} {:>9}  {}\n", axis.name, format_count(static_cast<std::int64_t>(axis.values.size())),
                     shown_values(axis.values)));
  }
  const auto line = [&](const char* what, std::int64_t count, const std::string& note) {
    sink(fmt::format("  {:<14} {:>9}{}{}\n", what, format_count(count), note.empty() ? "" : "  ", note));
  };
  for (const Plan::Zip& zip : plan.zips) line("zip", zip.rows, fmt::format("{}: adds {} points", zip.name, format_count(zip.points)));
  sink("\n");
  line("points", counts.product, "of the axes and zips");
  for (const Plan::Exclusion& exclusion : plan.exclusions) line("excluded", exclusion.count, exclusion.reason);
  if (counts.duplicates > 0) line("duplicates", counts.duplicates, "equal to another cell, once keys that the variant ignores are dropped");
  if (counts.included > 0) line("included", counts.included, "");
  line("cells", counts.cells, "");
  const Outlook::Totals totals = outlook.totals(plan);
  if (totals.reused > 0) line("reused", totals.reused, fmt::format("have a result that counts; {} to run", format_count(totals.to_run)));
  for (const auto& [state, count] : totals.ended)
    line(state.c_str(), count, "ended so before, and left alone; --retry " + state + " tries again");
  if (totals.out_of_memory > 0) line("out of memory", totals.out_of_memory, "at least as large as a cell that ran out of memory here");
  if (totals.predicted > 0) sink(fmt::format("  {:<14} {}\n", "time", predicted_text(totals)));
  for (const std::string& warning : plan.warnings) sink("\nwarning: " + warning + "\n");
}

/// "variant dense, seq_len 512, seed 1": the keys of the axes, and the seed.
std::string short_name(const Plan& plan, const PlannedCell& cell) {
  std::string text;
  for (const std::string& key : varied_keys(plan)) {
    if (cell.config.has(key)) text += fmt::format("{} {}, ", key, plain_text(cell.config.json().at(key)));
  }
  return text + fmt::format("seed {}", cell.seed);
}

OrderedJson budgeted_json(const Plan& plan, const BudgetedPlan::Cell& one) {
  const PlannedCell cell = plan.cell(one.index);
  return {{"ordinal", cell.ordinal},
          {"seed", cell.seed},
          {"config", cell.config.json()},
          {"config_sha", cell.config_sha},
          {"predicted_seconds", one.seconds}};
}

}  // namespace

void print_budget(const std::string& format, const Plan& plan, const BudgetedPlan& budget, double seconds, const Sink& sink) {
  if (format == "md") {
    sink(fmt::format("Budget of {} for {}\n\n", format_seconds(seconds), plan.sweep));
    double end = 0;
    for (const BudgetedPlan::Cell& one : budget.fit) {
      const PlannedCell cell = plan.cell(one.index);
      sink(fmt::format("  {:>6}  {:>12}  until {:>12}  {}\n", cell.ordinal, format_seconds(one.seconds), format_seconds(end += one.seconds),
                       short_name(plan, cell)));
    }
    sink(fmt::format("\n  fit            {:>9}  in {}\n", format_count(std::ssize(budget.fit)), format_seconds(budget.seconds)));
    sink(fmt::format("  remaining      {:>9}", format_count(budget.remaining)));
    if (budget.unpredicted > 0)
      sink(fmt::format("  {} of them without a prediction: no earlier cell is near", format_count(budget.unpredicted)));
    return sink("\n");
  }
  if (format == "json") {
    sink(
        fmt::format("{{\"sweep\": {}, \"budget_seconds\": {}, \"predicted_seconds\": {},\n \"fit\": {}, \"remaining\": {}, "
                    "\"unpredicted\": {},\n \"cells\": [",
                    OrderedJson(plan.sweep).dump(), OrderedJson(seconds).dump(), OrderedJson(budget.seconds).dump(), budget.fit.size(),
                    budget.remaining, budget.unpredicted));
  }
  for (const BudgetedPlan::Cell& one : budget.fit) {
    const std::string line = budgeted_json(plan, one).dump();
    sink(format == "jsonl" ? line + "\n" : (&one == budget.fit.data() ? "\n  " : ",\n  ") + line);
  }
  if (format == "json") sink("\n]}\n");
}

void print_plan(const std::string& format, const Plan& plan, const Outlook& outlook, const Sink& sink) {
  if (format == "json") return print_json(plan, outlook, sink);
  if (format == "md") return print_for_people(plan, outlook, sink);
  for (std::int64_t i = 0; i < plan.size(); ++i) sink(cell_json(plan.cell(i), outlook).dump() + "\n");
}

}  // namespace synthbench
