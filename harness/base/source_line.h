#pragma once

#include <cstdint>
#include <string>

#include "harness/base/error.h"

namespace synthbench {

/// Who said it, in the order of rising precedence.
enum class SaidBy : std::uint8_t { command, user_config, grid, environment, flag };  ///< command: a default of its own

/// Where something was written: "rank.toml:14", or "--set d_model=3" (line 0).
struct SourceLine {
  std::string file{};
  std::int64_t line = 0;
  SaidBy by = SaidBy::grid;
};
std::string describe(const SourceLine& place);
/// "rank.toml:14: what"; what alone where there is no place.
[[noreturn]] void fail(const SourceLine& place, const std::string& what);

}  // namespace synthbench
