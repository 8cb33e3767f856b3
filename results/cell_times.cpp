// The raw times behind the cells of a row.
#include "results/counted_samples.h"
#include "results/sqlite_store.h"
#include "results/table_cells.h"

namespace synthbench {
namespace {

/// Those that count by one clock or the other, hot ones first, launch by launch.
std::vector<SampleRow> counted_samples(Store& store, std::int64_t attempt) {
  Statement row = dynamic_cast<SqliteStore&>(store).database().prepare(
      R"(SELECT cache, clock, round, inner_iters, total_ns FROM sample
         WHERE attempt_id=?1 AND phase='measure' AND discarded='' AND clock IN('cuda_event','wall') ORDER BY cache DESC, round, idx)");
  row.bind(attempt);
  std::vector<SampleRow> out;
  while (row.step()) {
    SampleRow sample{.phase = "measure", .cache = row.text(0), .clock = row.text(1)};
    sample.round = row.integer(2);
    sample.inner_iters = row.integer(3);
    sample.total_ns = row.integer(4);
    out.push_back(std::move(sample));
  }
  return out;
}

}  // namespace

std::vector<CellTimes> times_of(Store& store, const ConfigFacts& row) {
  std::vector<CellTimes> out;
  for (const CellFacts& cell : row.done) {
    const std::vector<SampleRow> samples = counted_samples(store, cell.attempt);
    CellTimes times{.cache = samples.empty() ? "" : samples.front().cache, .clock = clock_that_counts(samples), .launches = {}};
    std::optional<std::int64_t> launch;
    for (const SampleRow& sample : samples) {
      if (sample.cache != times.cache || sample.clock != times.clock) continue;
      if (launch != sample.round) times.launches.emplace_back();
      launch = sample.round;
      times.launches.back().push_back(seconds_per_call(sample));
    }
    if (!times.launches.empty()) out.push_back(std::move(times));
  }
  return out;
}

std::vector<Launches> launches_of(Store& store, const ConfigFacts& row) {
  std::vector<Launches> out;
  for (CellTimes& times : times_of(store, row)) out.push_back(std::move(times.launches));
  return out;
}

Launches processes_of(Store& store, const ConfigFacts& row) {
  Launches all;
  for (Launches& cell : launches_of(store, row)) {
    for (auto& process : cell) all.push_back(std::move(process));
  }
  return all;
}

}  // namespace synthbench
