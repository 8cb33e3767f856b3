#pragma once

#include <string>
#include <vector>

#include "ablations/grid.h"

namespace synthbench {

/// What a flag, --set or an environment variable says: values replace the values of an axis of that name; one value replaces
/// a base value; several make an axis, after those of the file (but before an axis whose `when` looks at it).
/// A [[zip]] that names the key loses that column, or falls away with a warning where it added points to an axis.
/// place: {"--set d_model=3"}, for messages. Throws UserError.
void override_key(Grid& grid, const std::string& key, const std::string& values, const SourceLine& place,
                  std::vector<std::string>& warnings);

/// What the user config says: it counts where the grid has no base value, axis or zip of the key, or of another way to say a
/// batch, and beats what was said here with a lower precedence. An [[include]] beats it. Returns whether it counts.
bool default_key(Grid& grid, const std::string& key, const std::string& values, const SourceLine& place);

}  // namespace synthbench
