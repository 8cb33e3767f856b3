#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/compare_times.h"
#include "results/statistics.h"
#include "results/table_cells.h"

namespace synthbench {

/// A/A noise of a machine and a backend: 95 % of equal pairs differ by less than this share.
struct NoiseFloor {
  std::string backend, bucket;
  std::int64_t pairs = 0;
  double rel_p95 = 0;
  /// Of that cell: how often `compare` would have found a difference, with launches drawn from its own. nullopt where one launch a side
  /// allows no verdict.
  std::optional<VerdictRates> rates{};
};

/// The decade of a time, "1e-4s": short calls are noisier than long ones, so each decade has a floor of its own.
std::string time_bucket(double seconds);

inline constexpr double kAssumedFloor = 0.01;  ///< where the machine was not calibrated

/// What `calibrate` stored for a machine and a backend at this time; without its decade the largest of the backend's floors;
/// nullopt where the backend was never calibrated there.
std::optional<double> noise_floor(Store& store, std::int64_t env, const std::string& backend, double seconds);

/// That of a comparison of two rows at this time, the larger one.
struct PairFloor {
  double share = 0;
  bool assumed = false;  ///< a machine was not calibrated
};
PairFloor floor_between(Store& store, const ConfigFacts& a, const ConfigFacts& b, double seconds);

/// Floors from a sweep of A/A launches: the launches of each cell, taken alternately for A and B and `launches` a side, are pairs
/// of equals. One floor for each backend and decade: the largest of its cells. draws: of the verdict rates.
std::vector<NoiseFloor> measured_floors(Store& store, std::int64_t sweep, std::size_t launches, int draws);

/// How far the medians of A/A pairs are apart: |ratio - 1|, the larger over the smaller, one for each pair.
std::vector<double> pair_differences(const Launches& processes, std::size_t launches);

}  // namespace synthbench
