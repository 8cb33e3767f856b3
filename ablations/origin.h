#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "ablations/grid.h"
#include "ablations/resolve.h"
#include "ablations/value_origin.h"

namespace synthbench {

/// The value of a key in the config of a point, and who set it. places: who set the keys of said, by key.
/// nullopt where the config does not have the key.
std::optional<ValueOrigin> origin_of(Resolver& resolver, const Point& said, const std::vector<SourceLine>& places, std::size_t key);

}  // namespace synthbench
