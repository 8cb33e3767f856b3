#pragma once

#include <cstdint>
#include <string>

#include "ablations/grid.h"
#include "harness/base/json.h"

namespace synthbench {

/// A value, and who set it.
struct ValueOrigin {
  enum class Source : std::uint8_t { fallback, preset, derived, command, user_config, grid, environment, flag };
  Json value;
  Source source = Source::fallback;
  std::string where;  ///< "grid.toml:12", "--heads 4", "preset tiny"; derived: how; the default: empty
};
std::string name(ValueOrigin::Source source);
ValueOrigin::Source source_of(SaidBy by);

}  // namespace synthbench
