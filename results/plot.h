#pragma once

#include <functional>
#include <string>

#include "harness/base/registry.h"
#include "results/figure.h"
#include "results/table.h"

namespace synthbench {

/// A kind of figure: one file in results/plots/ registers it. It takes the same options as a table, and shows the same numbers.
struct PlotKind {
  std::string summary;
  /// Throws NothingDone where the database holds nothing for it, with a line that says how to get it.
  std::function<Figure(Store& store, const TableOptions& options)> build;
};
Registry<PlotKind>& plots();

}  // namespace synthbench
