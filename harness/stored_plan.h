#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "harness/plan.h"
#include "harness/supervisor.h"
#include "results/store.h"

namespace synthbench {

/// Stores a plan as a sweep, or finds it, and opens again what --retry and --force ask for. Returns the sweep's id.
std::int64_t store_plan(const Plan& plan, Store& store, const RunOptions& options);

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
