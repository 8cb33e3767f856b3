#pragma once

#include <functional>
#include <string>
#include <vector>

#include "results/store.h"

namespace synthbench {

/// What goes when sweeps, cells and attempts are removed.
struct Removal {
  std::vector<std::int64_t> sweeps, cells, attempts;
  std::vector<std::string> uids;       ///< of the attempts: their logs
  std::vector<std::string> artifacts;  ///< of the attempts: paths that no other attempt names
  std::vector<std::int64_t> bereft;    ///< cells that stay but lose an attempt that may have decided their state: the others decide then
  std::int64_t metrics = 0, samples = 0;
};

/// What removing "s3", "c12" or "a34" would take away. Throws UserError where there is no such row, where it runs now, where a
/// baseline names the sweep or holds the attempt, or where another sweep reuses its results.
Removal removal_of(Store& store, const std::vector<std::string>& ids);

/// The same, and does it in one transaction. afterwards: done once it is committed, before anybody else writes: numbers of cells are
/// used again, so files that bear them must be gone by then.
Removal remove_results(Store& store, const std::vector<std::string>& ids, const std::function<void(const Removal&)>& afterwards);

/// Rows that nothing needs any more: configs without cells, definitions without metrics. Builds and machines stay: a run that has
/// just begun may hold their numbers.
struct Garbage {
  std::int64_t configs = 0, metric_defs = 0;
};
Garbage garbage_of(Store& store);
Garbage collect_garbage(Store& store, const std::function<void()>& afterwards);

}  // namespace synthbench
