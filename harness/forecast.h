#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/plan.h"
#include "results/store.h"

namespace synthbench {

/// How long cells will take, by the cells that a database has of this machine:
///
/// 1. Equal but for the seed, and measured alike: the mean time of a launch, times the launches.
/// 2. Else the nearest one: equal kind, scope, direction, backend, device, dtype, threads and task, of the same variant if there is
///    one, nearest in operations. A training takes its time in proportion to them. A speed launch lasts as long as that one's,
///    and longer by what its samples last longer: a call in proportion to the operations, for min_time and min_samples at
///    least and max_time at most.
/// 3. Without such a cell there is no prediction.
class Forecast {
 public:
  struct Time {
    double seconds = 0;   ///< of the whole attempt
    double start_up = 0;  ///< of these: from starting its processes to their first line of code
    bool scaled = false;  ///< by rule 2
  };

  /// env_sha: of this machine. measure: how the planned cells would be measured.
  Forecast(Store& store, const std::string& env_sha, const MeasureSettings& measure);

  std::optional<Time> time(const PlannedCell& cell) const;
  bool knows_nothing() const { return known_.empty(); }

 private:
  struct Launch {
    double seconds = 0, start_up = 0;  ///< means over the launches of an attempt
    double call = 0;                   ///< median of a speed cell
    MeasureSettings measure;
  };
  struct Known {
    Config config;
    double operations = 0;
    std::vector<Launch> launches;  ///< one per seed
  };
  std::optional<Time> of_equal(const PlannedCell& cell) const;
  std::optional<Time> of_nearest(const Config& config) const;
  double launches_of(const Config& config) const { return config.text("kind") == "speed" ? measure_.launches : 1; }

  MeasureSettings measure_;
  std::map<std::string, Known> known_;                           ///< by config_sha
  std::map<std::string, std::vector<const Known*>> comparable_;  ///< by what rule 2 asks to be equal
};

}  // namespace synthbench
