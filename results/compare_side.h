#pragma once

#include <optional>
#include <string>

#include "results/table_cells.h"

namespace synthbench {

/// One side of a comparison.
struct ComparedSide {
  enum class Kind : std::uint8_t {
    sweep,    ///< name or s3
    build,    ///< the beginning of a commit or of a build's hash, or a baseline: results of one build
    backend,  ///< all else is equal
    variant,
  };
  Kind kind = Kind::sweep;
  std::string name;
  std::string note;                        ///< what else the name could mean; empty: nothing
  TableOptions cells;                      ///< which cells
  std::optional<std::int64_t> build, env;  ///< of a build and a baseline
  std::string until;                       ///< when a baseline was saved: what ended later is none of it; empty: all counts
};

/// The first of baseline, sweep, backend, variant, build and commit that has this name; "backend:eigen" says which is meant.
/// within: a filter of every side, and the sweep of backends, variants and builds. Throws UserError with the nearest name.
ComparedSide side_named(Store& store, const std::string& text, const TableOptions& within);

/// Its cells of some kinds, excluded ones as missing. apart: of a backend or a variant, rows of several builds and machines stay apart.
CellSet cells_of(Store& store, const ComparedSide& side, const std::vector<std::string>& kinds, bool apart);

/// The cells of two sides whose times may be compared. Throws UserError where builds (other than those that are compared) or
/// machines differ.
void refuse_mixed_sides(Store& store, const ComparedSide& a, const CellSet& cells_a, const ComparedSide& b, const CellSet& cells_b);

}  // namespace synthbench
