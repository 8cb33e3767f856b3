#include "results/noise_floor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace synthbench {

std::string time_bucket(double seconds) {
  return fmt::format("1e{}s", seconds > 0 ? static_cast<int>(std::floor(std::log10(seconds))) : -9);
}

std::optional<double> noise_floor(Store& store, std::int64_t env, const std::string& backend, double seconds) {
  const OrderedJson row = store
                              .select(
                                  R"(SELECT max(CASE WHEN bucket=?3 THEN rel_p95 END) AS here, max(rel_p95) AS any
                                      FROM noise_floor WHERE env_id=?1 AND backend=?2)",
                                  {env, backend, time_bucket(seconds)})
                              .at(0);
  for (const char* column : {"here", "any"}) {
    if (!row[column].is_null()) return row[column].get<double>();
  }
  return std::nullopt;
}

PairFloor floor_between(Store& store, const ConfigFacts& a, const ConfigFacts& b, double seconds) {
  PairFloor floor;
  for (const ConfigFacts* row : {&a, &b}) {
    const auto stored = noise_floor(store, row->done.front().env, row->text("backend"), seconds);
    floor.assumed = floor.assumed || !stored;
    floor.share = std::max(floor.share, stored.value_or(kAssumedFloor));
  }
  return floor;
}

std::vector<double> pair_differences(const Launches& processes, std::size_t launches) {
  std::vector<double> out;
  for (std::size_t first = 0; first + 2 * launches <= processes.size(); first += 2 * launches) {
    std::vector<double> sides[2];
    for (std::size_t i = 0; i < 2 * launches; ++i) {
      const std::vector<double>& process = processes[first + i];
      sides[i % 2].insert(sides[i % 2].end(), process.begin(), process.end());
    }
    const double a = median(sides[0]), b = median(sides[1]);
    out.push_back(std::max(a, b) / std::min(a, b) - 1);
  }
  return out;
}

std::vector<NoiseFloor> measured_floors(Store& store, std::int64_t sweep, std::size_t launches, int draws) {
  TableOptions options;
  options.sweep = sweep;
  std::map<std::pair<std::string, std::string>, NoiseFloor> floors;
  for (const ConfigFacts& row : read_cells(store, options, {"speed"}, false).rows) {
    const std::vector<double> medians = row.values("median");
    for (const Launches& cell : launches_of(store, row)) {
      const std::vector<double> differences = pair_differences(cell, launches);
      if (differences.empty()) continue;
      NoiseFloor found{row.text("backend"), time_bucket(medians.front()), std::ssize(differences), quantile(differences, 0.95)};
      NoiseFloor& kept = floors[{found.backend, found.bucket}];
      if (kept.pairs != 0 && kept.rel_p95 >= found.rel_p95) continue;
      if (launches > 1) found.rates = verdict_rates(cell, launches, found.rel_p95, draws, bootstrap_seed(row));
      kept = std::move(found);
    }
  }
  std::vector<NoiseFloor> out;
  for (auto& [key, floor] : floors) out.push_back(std::move(floor));
  return out;
}

}  // namespace synthbench
