#pragma once

#include "ablations/grid.h"

namespace synthbench {

/// Adds an axis that grid has not: before the axes whose `when` looks at it, else last.
void add_axis(Grid& grid, GridAxis axis);

/// What `extends` means: grid's keys, axes of the same name and tables replace base's; zips, excludes and includes add up.
void extend(Grid& base, Grid grid);

}  // namespace synthbench
