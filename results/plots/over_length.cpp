#include "results/plots/over_length.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/units.h"
#include "results/figure_series.h"

namespace synthbench {

Figure over_length(Store& store, const TableAxes& axes, const std::vector<ConfigFacts>& rows, const FigureAxis& value,
                   const std::function<std::optional<FigurePoint>(std::size_t row)>& point) {
  const FigureAxis length = {.label = "sequence length, tokens", .scale = FigureAxis::Scale::log2, .ticks = {}};
  FigurePanels panels({.x = length, .y = value});
  const std::vector<FigurePlace> places = places_in_figure(store, axes, rows, {"seq_len"});
  std::size_t without_place = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    auto measured = point(row);
    if (!measured) continue;
    if (value.scale != FigureAxis::Scale::linear && measured->y <= 0) {
      ++without_place;
      continue;
    }
    measured->x = rows[row].config.value("seq_len", 0.0);
    panels.series(places[row]).points.push_back(*measured);
  }
  Figure figure{.panels = panels.panels()};
  if (without_place > 0)
    figure.notes.push_back(fmt::format("not drawn: {} values of 0 or less, which have no place on a logarithmic axis", without_place));
  std::vector<double> all;
  for (const FigurePanel& panel : figure.panels) {
    for (const FigureSeries& series : panel.series) {
      for (const FigurePoint& p : series.points) all.push_back(p.y);
    }
  }
  const auto [least, largest] = std::ranges::minmax(all);
  for (FigurePanel& panel : figure.panels) panel.y.covers = {least, largest};
  const bool list = one_x(figure.panels);
  for (FigurePanel& panel : figure.panels) {
    for (FigureSeries& series : panel.series) std::ranges::sort(series.points, {}, &FigurePoint::x);
    if (list) panel = as_list(panel);
  }
  return figure;
}

}  // namespace synthbench
