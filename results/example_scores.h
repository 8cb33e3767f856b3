#pragma once

#include "results/store.h"

namespace synthbench {

/// Gives an attempt scores that were computed from its outputs afterwards: values as final metrics of a split, and scores of
/// single examples. What it has of the same metric, signature and split is replaced. In one transaction.
/// Throws UserError when there is no such attempt, or it is still running.
void store_scores(Store& store, std::int64_t attempt, const std::vector<MetricRow>& values, const std::vector<ExampleScoreRow>& examples);

}  // namespace synthbench
