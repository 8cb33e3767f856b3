// speed: median time per variant, backend and length, with 95 % intervals, the ratio to vanilla, and how it grows with length.
#include "results/complexity.h"
#include "results/table.h"
#include "results/table_notes.h"
#include "results/tables/columns.h"

namespace synthbench {
namespace {

Table build(Store& store, const TableOptions& options) {
  const Timings timings = read_timings(store, options);
  std::vector<Column> columns = time_columns(timings);
  for (Column& column : rate_columns(timings.cells)) columns.push_back(std::move(column));
  if (seeds_differ(timings.cells)) columns.push_back(seeds_column(timings.cells));
  columns.push_back(kernel_column(timings.cells));
  Table table = assemble(store, "Speed: median time of one call, mean over seeds; " + timings.axes.constants, timings.cells, timings.axes,
                         columns, [](const ConfigFacts&) { return true; });
  table.notes = notes_under(store, timings.cells, timings.axes);
  add_time_notes(table.notes, store, timings);
  if (auto growth = complexity_note(timings)) table.notes.push_back(*std::move(growth));
  return table;
}

const bool registered = tables().add("speed", {"median time per variant, backend and length, ratio to vanilla", build});

}  // namespace
}  // namespace synthbench
