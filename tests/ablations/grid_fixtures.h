#pragma once

#include <string>

#include "ablations/expansion.h"
#include "ablations/grid.h"
#include "harness/base/error.h"

namespace synthbench {

/// Five lines, so that what follows starts at line 6.
inline const std::string kHead = "schema = 1\nname = \"edge\"\nkind = \"speed\"\n[base]\nbatch = 1\n";

/// Three lines, or four with when.
inline std::string axis(const std::string& name, const std::string& values, const std::string& when = "") {
  return "[[axis]]\nname = \"" + name + "\"\nvalues = " + values + "\n" + (when.empty() ? "" : "when = " + when + "\n");
}

inline const std::string kVanilla = axis("variant", "[\"vanilla\"]");
inline const std::string kShort = axis("seq_len", "[16]");

inline Expansion expanded(const Grid& grid) {
  Expansion expansion(grid, /*smoke=*/false);
  expansion.expand({});
  return expansion;
}

/// The message of the error that a grid of this text gives; "accepted" where there is none.
inline std::string refusal(const std::string& text) {
  try {
    Expansion expansion(parse_grid(text, "grid.toml"), false);
    expansion.expand({});
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace synthbench
