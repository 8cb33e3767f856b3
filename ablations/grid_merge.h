#pragma once

#include "ablations/grid.h"

namespace synthbench {

/// What `extends` means: grid's keys, axes of the same name and tables replace base's; zips, excludes and includes add up.
void extend(Grid& base, Grid grid);

}  // namespace synthbench
