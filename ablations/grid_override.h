#pragma once

#include <string>
#include <vector>

#include "ablations/grid.h"

namespace synthbench {

/// What a flag, --set or an environment variable says: values replace the values of an axis of that name; one value replaces
/// a base value; several make an axis, after those of the file (but before an axis whose `when` looks at it).
/// A [[zip]] that names the key loses that column, or falls away with a warning where it added points to an axis.
/// where: "--set d_model=3", the place in messages. Throws UserError.
void override_key(Grid& grid, const std::string& key, const std::string& values, const std::string& where,
                  std::vector<std::string>& warnings);

}  // namespace synthbench
