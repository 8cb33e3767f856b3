// speed: median time of one call over sequence length, both logarithmic, with 95 % intervals; a list where there is one length.
#include <fmt/format.h>

#include "harness/base/units.h"
#include "results/figure_series.h"
#include "results/plot.h"
#include "results/plots/over_length.h"
#include "results/table_notes.h"
#include "results/timings.h"

namespace synthbench {
namespace {

Figure build(Store& store, const TableOptions& options) {
  const Timings timings = read_timings(store, options);
  const FigureAxis time = {.label = "time of one call", .scale = FigureAxis::Scale::log10, .text = format_seconds};
  Figure figure = over_length(store, timings.axes, timings.cells.rows, time, [&](std::size_t row) -> std::optional<FigurePoint> {
    const auto& timing = timings.times[row];
    if (!timing) return std::nullopt;
    return FigurePoint{.y = timing->seconds, .y_interval = timings.interval(row)};
  });
  figure.title = "Time of one call, median with 95 % interval";
  figure.subtitle = timings.axes.constants;
  const std::vector<std::string> below = notes_under(store, timings.cells, timings.axes, {"median"});
  figure.notes.insert(figure.notes.begin(), below.begin(), below.end());
  add_process_note(figure.notes, timings.times);
  add_unchecked_note(figure.notes, store, timings.cells);
  return figure;
}

const bool registered = plots().add("speed", {"median time over sequence length, with intervals", build});

}  // namespace
}  // namespace synthbench
