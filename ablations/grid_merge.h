#pragma once

#include "ablations/grid.h"

namespace synthbench {

/// Adds an axis that grid has not: before the axes whose `when` looks at it, else last.
void add_axis(Grid& grid, GridAxis axis);

/// Whoever sets a key, at place, beats the zips that name it. Of a zip that is an axis of its own the others stay; one that adds to an
/// axis has no points without it: it is left out, with a warning.
void take_from_zips(Grid& grid, const std::string& key, const SourceLine& place, std::vector<std::string>& warnings);

/// What `extends` means: grid's keys, axes of the same name and tables replace base's, and its keys and axes win over base's zips;
/// zips, excludes and includes add up.
void extend(Grid& base, Grid grid);

}  // namespace synthbench
