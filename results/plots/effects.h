#pragma once

#include "results/figure.h"
#include "results/format.h"

namespace synthbench {

/// What `table ablation` says as lists, a panel for each metric: the first column of intervals, and the numbers in the column before it. The
/// texts to their left say what has the effect. A thin line is no effect: 1 for a ratio, else 0. Throws NothingDone where no row has an
/// interval.
Figure figure_of_effects(const Table& table);

}  // namespace synthbench
