// memory: peak resident memory of the worker per variant, backend and length.
#include <algorithm>

#include "harness/base/error.h"
#include "results/table.h"
#include "results/table_notes.h"
#include "results/tables/columns.h"

namespace synthbench {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

Table build(Store& store, const TableOptions& options) {
  CellSet cells = read_cells(store, options, {"speed"}, options.across_env);
  if (!options.across_env) refuse_mixed_places(store, cells);
  const Axes axes = axes_of(cells.rows);
  sort_for_comparison(cells.rows, axes);
  const std::vector<std::ptrdiff_t> vanilla = vanilla_rows(cells.rows);
  const auto peak = [&cells](std::size_t row) -> std::optional<double> {
    const std::vector<double> bytes = cells.rows[row].values("peak_rss");
    return bytes.empty() ? std::nullopt : std::optional(*std::max_element(bytes.begin(), bytes.end()));
  };
  const Column bytes = {"peak_MiB", [&](std::size_t row) {
                          const auto value = peak(row);
                          return value ? number_cell(*value / kMiB) : nothing_cell();
                        }};
  const Column difference = {"minus_vanilla_MiB", [&](std::size_t row) {
                               const auto mine = peak(row);
                               const auto base = vanilla[row] < 0 ? std::nullopt : peak(static_cast<std::size_t>(vanilla[row]));
                               return mine && base ? number_cell((*mine - *base) / kMiB) : TableCell{.value = "n/a (vanilla)"};
                             }};
  Table table = assemble(store, "Memory: peak resident memory of the worker process, largest over seeds; " + axes.constants, cells, axes,
                         {bytes, difference}, [](const ConfigFacts&) { return true; });
  table.notes = notes_under(store, cells, axes);
  table.notes.emplace_back("minus_vanilla_MiB: above that of vanilla with all other axes equal; a process needs some before it computes");
  return table;
}

const bool registered = tables().add("memory", {"peak memory per variant, backend and length", build});

}  // namespace
}  // namespace synthbench
