#include "results/counted_samples.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace synthbench {

bool is_measured(const SampleRow& row, std::string_view clock) {
  return row.phase == "measure" && row.clock == clock && row.discarded.empty();
}

const char* clock_that_counts(std::span<const SampleRow> samples) {
  std::set<std::pair<std::string, std::int64_t>> by_device, by_host;  // cache and launch
  for (const SampleRow& row : samples) {
    if (is_measured(row, "cuda_event")) by_device.emplace(row.cache, row.round);
    if (is_measured(row, "wall")) by_host.emplace(row.cache, row.round);
  }
  return !by_device.empty() && std::ranges::includes(by_device, by_host) ? "cuda_event" : "wall";
}

double seconds_per_call(const SampleRow& row) { return static_cast<double>(row.total_ns) * 1e-9 / static_cast<double>(row.inner_iters); }

}  // namespace synthbench
