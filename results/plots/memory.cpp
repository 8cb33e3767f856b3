// memory: peak resident memory of the worker process over sequence length.
#include <algorithm>

#include "harness/base/units.h"
#include "results/plot.h"
#include "results/plots/over_length.h"
#include "results/table_notes.h"

namespace synthbench {
namespace {

Figure build(Store& store, const TableOptions& options) {
  CellSet cells = read_cells(store, options, {"speed"}, options.across_env);
  if (!options.across_env) refuse_mixed_places(store, cells);
  const TableAxes axes = axes_of(cells.rows);
  sort_for_comparison(cells.rows, axes);
  const FigureAxis memory = {.label = "peak memory", .scale = FigureAxis::Scale::log2, .text = format_bytes};
  Figure figure = over_length(store, axes, cells.rows, memory, [&](std::size_t row) -> std::optional<FigurePoint> {
    const std::vector<double> bytes = cells.rows[row].values("peak_rss");
    return bytes.empty() ? std::nullopt : std::optional(FigurePoint{.y = *std::ranges::max_element(bytes)});
  });
  figure.title = "Peak resident memory of the worker process, largest over seeds";
  figure.subtitle = axes.constants;
  const std::vector<std::string> below = notes_under(store, cells, axes, {"peak_rss"});
  figure.notes.insert(figure.notes.begin(), below.begin(), below.end());
  return figure;
}

const bool registered = plots().add("memory", {"peak memory over sequence length", build});

}  // namespace
}  // namespace synthbench
