// ablation: main effects and interactions of an ablation's axes, with their intervals: the numbers of `table ablation`.
#include <algorithm>

#include "harness/base/error.h"
#include "results/format_markup.h"
#include "results/plot.h"
#include "results/plots/effects.h"

namespace synthbench {
namespace {

bool is_interval(const TableCell& cell) { return cell.value.is_array() && cell.value.size() == 2 && cell.value[0].is_number(); }

/// Where the intervals stand: the first column that has one.
std::size_t interval_column(const Table& table) {
  for (std::size_t column = 1; column < table.columns.size(); ++column) {
    if (std::ranges::any_of(table.rows, [&](const auto& row) { return is_interval(row[column]); })) return column;
  }
  throw NothingDone("no effect has an interval: several seeds or processes are needed (table ablation has the rest)");
}

bool names_a_ratio(const std::string& column) {
  return std::ranges::any_of(std::initializer_list<const char*>{"ratio", "times", "factor"},
                             [&](const char* word) { return column.find(word) != std::string::npos; });
}

Figure build(Store& store, const TableOptions& options) { return figure_of_effects(make_table(store, "ablation", options)); }

const bool registered = plots().add("ablation", {"effects of an ablation's axes, with intervals", build});

}  // namespace

Figure figure_of_effects(const Table& table) {
  const std::size_t interval = interval_column(table), value = interval - 1;
  const bool ratio = names_a_ratio(table.columns[value]);
  FigurePanel empty{
      .x = {.label = table.columns[value], .scale = ratio ? FigureAxis::Scale::log10 : FigureAxis::Scale::linear, .mark = ratio ? 1 : 0}};
  empty.y.from_the_top = true;
  Figure figure{.title = "Effects with their 95 % intervals", .subtitle = table.caption, .panels = {}, .notes = table.notes};
  for (const auto& row : table.rows) {
    if (!is_interval(row[interval]) || !row[value].value.is_number()) continue;
    std::string panel_title, label;
    for (std::size_t i = 0; i < value; ++i) {
      const std::string text = shown(row[i]);
      if (!row[i].value.is_string() || text.starts_with("n/a")) continue;
      (table.columns[i] == "metric" ? panel_title : label) += (table.columns[i] == "metric" || label.empty() ? "" : " ") + text;
    }
    auto panel = std::ranges::find(figure.panels, panel_title, &FigurePanel::title);
    if (panel == figure.panels.end()) {
      figure.panels.push_back(empty);
      panel = std::prev(figure.panels.end());
      panel->title = panel_title;
    }
    const double place = static_cast<double>(panel->y.ticks.size());
    panel->y.ticks.push_back({place, label});
    panel->series.push_back(
        {.label = label,
         .points = {{.x = row[value].value.get<double>(),
                     .y = place,
                     .x_interval = Interval{row[interval].value[0].get<double>(), row[interval].value[1].get<double>()}}},
         .drawn = FigureSeries::Drawn::marks});
  }
  return figure;
}

}  // namespace synthbench
