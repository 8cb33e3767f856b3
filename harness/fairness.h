#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ablations/grid.h"
#include "harness/plan.h"

namespace synthbench {

/// [match] of a grid: by how much variants that are compared may differ in size.
struct MatchRule {
  std::optional<double> params, flops;  ///< shares of the reference, 0.1 for "10%"; nullopt: not asked
  bool excludes = false;                ///< action = "exclude"; else a warning
  SourceLine place;
  explicit operator bool() const { return params || flops; }
};

/// Throws UserError with file, line and key.
MatchRule match_rule(const Grid& grid);

/// A cell whose variant is too large or too small to be compared fairly, and why: "33.1 % more parameters than vanilla".
struct Unmatched {
  std::int64_t index = 0;
  std::string variant, reason;
};

/// The cells of a plan that break the rule, in its order. whole: the plan without --shard, which holds the references. Cells are compared where all but the variant, its own keys, the seed and the machine
/// is equal; the reference is vanilla, or where a grid has none the variant that it names first. Counted are the parameters and the
/// forward and backward operations of a whole layer, and at the scope step and in trainings those of the whole model: what attention
/// alone has is not what a reader compares.
std::vector<Unmatched> unmatched(const Plan& plan, const Plan& whole, const MatchRule& rule);

}  // namespace synthbench
