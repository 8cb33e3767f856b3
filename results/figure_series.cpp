#include "results/figure_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/base/error.h"
#include "results/format_markup.h"

namespace synthbench {
namespace {

constexpr std::size_t kMostPanels = 12;

bool has(const std::vector<std::string>& keys, const std::string& key) { return std::ranges::find(keys, key) != keys.end(); }

void append(std::string& list, const std::string& key, const TableCell& cell, const char* between) {
  const bool speaks = cell.value.is_string();  // "eigen" says what it is; "64" does not
  list += (list.empty() ? "" : between) + (speaks ? "" : key + " ") + shown(cell);
}

std::vector<FigurePlace> places(Store& store, const TableAxes& axes, const std::vector<ConfigFacts>& rows,
                                const std::vector<std::string>& along) {
  const std::vector<std::string> columns = axis_columns(axes);
  std::vector<bool> of_panel;
  for (const std::string& key : columns) {
    const bool of_place = !has(axes.columns, key);  // machine, build
    const bool everywhere = std::ranges::all_of(rows, [&](const ConfigFacts& row) { return row.config.contains(key); });
    of_panel.push_back(key != "variant" && (of_place || everywhere));
  }
  std::vector<FigurePlace> out;
  for (const ConfigFacts& row : rows) {
    const std::vector<TableCell> cells = axis_cells(store, axes, row);
    FigurePlace place;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (cells[i].value.is_null() || has(along, columns[i])) continue;
      of_panel[i] ? append(place.panel, columns[i], cells[i], ", ") : append(place.series, columns[i], cells[i], " ");
    }
    out.push_back(std::move(place));
  }
  return out;
}

/// Whether a series would have two points at one x.
bool ambiguous(const std::vector<FigurePlace>& places, const std::vector<ConfigFacts>& rows, const std::string& key) {
  std::set<std::tuple<std::string, std::string, Json>> seen;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!seen.emplace(places[i].panel, places[i].series, rows[i].config.value(key, Json())).second) return true;
  }
  return false;
}

}  // namespace

std::vector<FigurePlace> places_in_figure(Store& store, const TableAxes& axes, const std::vector<ConfigFacts>& rows,
                                          const std::vector<std::string>& along) {
  std::vector<std::string> following = along;
  const bool by_length = has(along, "seq_len");
  if (by_length) following.insert(following.end(), {"batch", "max_len"});
  std::vector<FigurePlace> out = places(store, axes, rows, following);
  if (by_length && ambiguous(out, rows, "seq_len")) out = places(store, axes, rows, along);
  const auto first = out.begin();
  if (std::ranges::any_of(out, [&](const FigurePlace& place) { return place.series != first->series; })) return out;
  for (FigurePlace& place : out) {
    if (!place.panel.empty()) place.series += ", " + place.panel;
    place.panel.clear();
  }
  return out;
}

FigureSeries& FigurePanels::series(const FigurePlace& place, FigureSeries::Drawn drawn) {
  auto panel = std::ranges::find(panels_, place.panel, &FigurePanel::title);
  if (panel == panels_.end()) {
    panels_.push_back(axes_);
    panel = std::prev(panels_.end());
    panel->title = place.panel;
  }
  auto series = std::ranges::find(panel->series, place.series, &FigureSeries::label);
  if (series != panel->series.end()) return *series;
  panel->series.push_back({.label = place.series, .points = {}, .drawn = drawn});
  return panel->series.back();
}

std::vector<FigurePanel> FigurePanels::panels() const {
  if (panels_.empty()) throw NothingDone("nothing to draw: no cell of this kind has a result");
  if (panels_.size() > kMostPanels) {
    throw UserError(fmt::format("{} panels ({}; {} ...) are more than the {} that a figure holds: choose with --only", panels_.size(),
                                panels_[0].title, panels_[1].title, kMostPanels));
  }
  return panels_;
}

FigurePanel as_list(const FigurePanel& panel) {
  FigurePanel out{.title = panel.title, .x = panel.y, .y = {}, .series = {}, .image = {}};
  out.y.from_the_top = true;
  for (const FigureSeries& series : panel.series) {
    const double place = static_cast<double>(out.y.ticks.size());
    out.y.ticks.push_back({place, series.label});
    FigureSeries turned{.label = series.label, .points = {}, .drawn = FigureSeries::Drawn::marks};
    for (const FigurePoint& point : series.points) {
      turned.points.push_back({.x = point.y, .y = place, .x_interval = point.y_interval, .y_interval = {}});
    }
    out.series.push_back(std::move(turned));
  }
  return out;
}

bool one_x(const std::vector<FigurePanel>& panels) {
  std::set<double> places;
  for (const FigurePanel& panel : panels) {
    for (const FigureSeries& series : panel.series) {
      for (const FigurePoint& point : series.points) places.insert(point.x);
    }
  }
  return places.size() == 1;
}

}  // namespace synthbench
