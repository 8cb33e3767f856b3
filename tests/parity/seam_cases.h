#pragma once

#include <vector>

#include "tests/backends/seam_problem.h"

namespace synthbench {

/// Calls that a person chose: every kind of term, sharing and mask, sizes on both sides of every tile.
std::vector<SeamCase> chosen_cases();

/// Small calls with every way of sharing the sides of every kind of term: along the batch, the heads and the rows.
std::vector<SeamCase> sharing_cases();

/// Calls drawn from a seed: terms, sharing, masks, odd sizes, dropout.
std::vector<SeamCase> drawn_cases(std::uint64_t seed, int count);

}  // namespace synthbench
