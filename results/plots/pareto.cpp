// pareto: quality against time. Time is that of the training's own steps; whom nobody beats is on the line (front.h).
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/units.h"
#include "results/figure_series.h"
#include "results/front.h"
#include "results/plot.h"
#include "results/quality.h"
#include "results/table_notes.h"

namespace synthbench {
namespace {

/// Mean and standard deviation over seeds.
std::optional<Interval> spread(const std::vector<double>& values) {
  const auto sd = standard_deviation(values);
  return sd ? std::optional(Interval{mean(values) - *sd, mean(values) + *sd}) : std::nullopt;
}

std::vector<double> seconds_per_step(const ConfigFacts& row) {
  std::vector<double> out = row.values("steps_per_s");
  std::erase_if(out, [](double rate) { return rate <= 0; });
  for (double& value : out) value = 1 / value;
  return out;
}

/// Points that no other one beats in both, as stairs.
FigureSeries frontier(const FigurePanel& panel, const std::string& better) {
  std::vector<FrontPoint> points;
  for (const FigureSeries& series : panel.series) {
    for (const FigurePoint& point : series.points) points.push_back({point.x, point.y});
  }
  std::ranges::sort(points, {}, &FrontPoint::time);
  const auto beaten = beaten_by(points, better);
  FigureSeries out{.label = "", .points = {}, .drawn = FigureSeries::Drawn::frontier};
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!beaten[i]) out.points.push_back({.x = points[i].time, .y = points[i].quality});
  }
  return out;
}

Figure build(Store& store, const TableOptions& options) {
  CellSet cells = read_cells(store, options, {"train", "eval"}, options.across_env);
  if (!options.across_env) refuse_mixed_places(store, cells);
  const TableAxes axes = axes_of(cells.rows);
  sort_for_comparison(cells.rows, axes);
  const std::vector<FigurePlace> places = places_in_figure(store, axes, cells.rows, {});
  FigurePanels panels({.x = {.label = "time of a training step", .scale = FigureAxis::Scale::log10, .text = format_seconds}});
  std::map<std::string, Quality> by_panel;
  for (std::size_t i = 0; i < cells.rows.size(); ++i) {
    const auto quality = quality_of(cells.rows[i]);
    const std::vector<double> seconds = seconds_per_step(cells.rows[i]);
    if (!quality || quality->values.empty() || seconds.empty()) continue;
    FigurePlace place = places[i];
    const auto known = by_panel.emplace(place.panel, *quality).first;
    if (known->second.metric != quality->metric) place.panel += (place.panel.empty() ? "" : ", ") + quality->metric;
    by_panel.emplace(place.panel, *quality);
    panels.series(place, FigureSeries::Drawn::marks)
        .points.push_back(
            {.x = mean(seconds), .y = mean(quality->values), .x_interval = spread(seconds), .y_interval = spread(quality->values)});
  }
  Figure figure{.title = "Quality against the time of a training step, mean and standard deviation over seeds",
                .subtitle = axes.constants,
                .panels = panels.panels()};
  for (FigurePanel& panel : figure.panels) {
    const Quality& quality = by_panel.at(panel.title);
    panel.y.label = fmt::format("{}{} ({} is better)", quality.metric == "ppl" ? "perplexity" : quality.metric,
                                quality.split.empty() ? "" : " on " + quality.split, quality.better == "higher" ? "higher" : "lower");
    panel.series.insert(panel.series.begin(), frontier(panel, quality.better));
  }
  figure.notes = notes_under(store, cells, axes, {"quality", "steps_per_s"});
  figure.notes.emplace_back("the line joins those that no other one beats in both");
  return figure;
}

const bool registered = plots().add("pareto", {"quality against the time of a training step", build});

}  // namespace
}  // namespace synthbench
