// curves: the loss over the steps of a training, mean over seeds; a band or bars of one standard deviation where there are several.
#include <algorithm>
#include <cmath>
#include <map>

#include "results/figure_series.h"
#include "results/plot.h"
#include "results/table_notes.h"

namespace synthbench {
namespace {

constexpr double kMostPoints = 80;  // of a curve: losses of single steps are averaged over this share of the training

/// Loss by split, then step, then attempt.
using Losses = std::map<std::string, std::map<std::int64_t, std::vector<double>>>;

Losses losses_of(Store& store, const ConfigFacts& row) {
  const auto rows = store.select(
      R"(SELECT m.attempt_id, m.split, m.step, m.value FROM json_each(?1) JOIN metric m ON m.attempt_id=json_each.value
         JOIN metric_def d USING(metric_id) WHERE d.name='loss' AND m.step>=0 AND m.value IS NOT NULL ORDER BY m.step)",
      {Json(row.attempts()).dump()});
  std::map<std::string, std::int64_t> last, count;
  for (const OrderedJson& loss : rows) {
    last[loss["split"]] = loss["step"];
    ++count[loss["split"]];
  }
  // A split that is measured at every step is averaged over equal stretches, each attempt by itself.
  std::map<std::tuple<std::string, std::int64_t, std::int64_t>, std::pair<double, double>> sums;
  for (const OrderedJson& loss : rows) {
    const std::string split = loss["split"];
    const std::int64_t step = loss["step"];
    const auto stretch = static_cast<std::int64_t>(std::ceil(static_cast<double>(last[split]) / kMostPoints));
    const bool dense = static_cast<double>(count[split]) > kMostPoints * static_cast<double>(row.done.size());
    const std::int64_t at = dense ? std::min(last[split], (step + stretch - 1) / stretch * stretch) : step;
    auto& [sum, n] = sums[{split, at, loss["attempt_id"].get<std::int64_t>()}];
    sum += loss["value"].get<double>();
    ++n;
  }
  Losses out;
  for (const auto& [key, sum] : sums) out[std::get<0>(key)][std::get<1>(key)].push_back(sum.first / sum.second);
  return out;
}

std::string split_words(const std::string& split) {
  return split == "train" ? "training loss" : split == "valid" ? "validation loss" : split + " loss";
}

Figure build(Store& store, const TableOptions& options) {
  CellSet cells = read_cells(store, options, {"train", "eval"}, options.across_env);
  const TableAxes axes = axes_of(cells.rows);
  sort_for_comparison(cells.rows, axes);
  const FigureAxis steps = {.label = "optimiser step"}, loss = {.label = "loss, nats per token"};
  FigurePanels panels({.x = steps, .y = loss});
  const std::vector<FigurePlace> places = places_in_figure(store, axes, cells.rows, {});
  for (const char* wanted : {"train", "valid", "test"}) {
    for (std::size_t i = 0; i < cells.rows.size(); ++i) {
      for (const auto& [split, by_step] : losses_of(store, cells.rows[i])) {
        if (split != wanted) continue;
        FigurePlace place = places[i];
        place.panel = split_words(split) + (place.panel.empty() ? "" : ", " + place.panel);
        FigureSeries& series = panels.series(place);
        for (const auto& [step, values] : by_step) {
          FigurePoint point{.x = static_cast<double>(step), .y = mean(values)};
          if (const auto sd = standard_deviation(values)) point.y_interval = Interval{point.y - *sd, point.y + *sd};
          series.points.push_back(point);
        }
      }
    }
  }
  Figure figure{.title = "Loss over the training, mean over seeds", .subtitle = axes.constants, .panels = panels.panels()};
  figure.notes = notes_under(store, cells, axes, {});
  figure.notes.emplace_back(
      "bars and bands: one standard deviation over seeds; losses of single steps are averaged over 1/80 of the training");
  return figure;
}

const bool registered = plots().add("curves", {"training and validation loss over steps", build});

}  // namespace
}  // namespace synthbench
