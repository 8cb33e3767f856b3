#pragma once

#include <functional>
#include <string>

#include "results/figure_script.h"
#include "results/table.h"

namespace synthbench {

struct ReportOptions {
  TableOptions selection{};
  std::string database{};    ///< its file's name, for the heading
  std::string written_at{};  ///< when, as people read it
  int reload_s = 0;          ///< > 0: while it is rewritten, a browser loads it again so often
  /// What gnuplot makes of its commands. Empty: figures are replaced by `why_no_figures`.
  std::function<std::string(const std::string& script)> draw{};
  std::string why_no_figures{};
};

/// One HTML page that needs nothing but itself: sweeps, every table and figure that the database has something for, what is missing and
/// why, and for every number the attempts behind it. Throws NothingDone where no table has a row.
std::string report(Store& store, const ReportOptions& options);

}  // namespace synthbench
