#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/backstop.h"
#include "harness/plan.h"
#include "harness/supervisor.h"
#include "results/store.h"

namespace synthbench {

/// The sweep that a plan was stored as; nullopt: not yet.
std::optional<std::int64_t> stored_sweep(const Plan& plan, Store& store);

/// A cell that has its end but no result: "failed", "oom", "timeout", "crashed" or "unsupported".
struct EndedCell {
  std::string config_sha{};
  std::int64_t seed = 0;
  std::string state{};
};
std::vector<EndedCell> cells_without_result(Store& store, std::int64_t sweep);

/// Stores a plan as a sweep, or finds it, and opens again what --retry and --force ask for. Returns the sweep's id.
std::int64_t store_plan(const Plan& plan, Store& store, const RunOptions& options);

/// How a run measures, for what counts as the same: the settings, and how many processors it keeps to where those are not all.
Json way_of_measuring(const Plan& plan, const RunOptions& options);

/// Whether a run spares cells for what earlier runs saw: not where it was told to try again.
bool knows_what_ran_out(const RunOptions& options);

/// The cells of a sweep that ran out of memory with this build on this machine, under a memory limit (0: none) that was not lower.
Backstop out_of_memory_before(Store& store, std::int64_t sweep, const std::string& build_sha, const std::string& env_sha,
                              std::int64_t memory_limit);

/// Cells whose owners were processes of this machine and are no more can be claimed at once.
void free_claims_of_the_dead(Store& store, std::int64_t sweep);

std::map<std::string, std::int64_t> count_states(Store& store, std::int64_t sweep);

/// Which cells of a sweep have no end yet, pending or running, here or elsewhere.
class CellIndex {
 public:
  void read(Store& store, std::int64_t sweep);
  /// The id of a cell without an end.
  std::optional<std::int64_t> open_cell(const std::string& config_sha, std::int64_t seed) const;
  void close(const std::string& config_sha, std::int64_t seed) { open_.erase(key(config_sha, seed)); }
  std::int64_t open() const { return std::ssize(open_); }
  std::int64_t total() const { return total_; }  ///< all but excluded ones

 private:
  static std::string key(const std::string& config_sha, std::int64_t seed) { return config_sha + ":" + std::to_string(seed); }

  std::unordered_map<std::string, std::int64_t> open_;
  std::int64_t total_ = 0;
};

}  // namespace synthbench
