#pragma once

#include <optional>
#include <string>

#include "results/sqlite.h"
#include "results/store.h"

namespace synthbench {

/// How an attempt that was running ended, and when, where that is known; its rows are insert_rows'.
void end_attempt(const Connection& database, std::int64_t attempt, const std::optional<std::string>& ended_at, const AttemptResult& result);

/// Metrics, samples, checks, artifacts and scores of examples of an attempt that is in the database; within the caller's transaction.
void insert_rows(const Connection& database, std::int64_t attempt, const AttemptResult& result);

/// Metrics and scores of examples that an attempt may have got elsewhere since. Of two that differ what sorts last stays, wherever it
/// came from. Returns how many rows are new or other now.
std::int64_t unite_scores(const Connection& database, std::int64_t attempt, const AttemptResult& result);

/// The rows of an attempt of which another end is known now: metrics and scores are united with those that it got since, all others
/// are replaced.
void replace_rows(const Connection& database, std::int64_t attempt, const AttemptResult& result);

}  // namespace synthbench
