// rank: what the rank of a factorized variant costs and saves: parameters, time, ratio to vanilla of the same shape.
#include "results/table.h"
#include "results/table_notes.h"
#include "results/tables/columns.h"

namespace synthbench {
namespace {

Table build(Store& store, const TableOptions& options) {
  const Timings timings = read_timings(store, options);
  std::vector<Column> columns = time_columns(timings);
  columns.push_back(parameters_column(timings.cells));
  if (seeds_differ(timings.cells)) columns.push_back(seeds_column(timings.cells));
  Table table = assemble(store, "Rank: median time of variants that have a rank; " + timings.axes.constants, timings.cells, timings.axes,
                         columns, [](const ConfigFacts& row) { return row.config.contains("rank"); });
  table.notes = notes_under(store, timings.cells, timings.axes);
  add_time_notes(table.notes, store, timings);
  return table;
}

const bool registered = tables().add("rank", {"time and parameters of factorized variants by rank", build});

}  // namespace
}  // namespace synthbench
