// How long `table` takes over a database of 200,000 finished cells, printed: each under 2 s.
//
//   ninja bench_table && tests/harness/bench_table
#include <benchmark/benchmark.h>

#include "results/table.h"
#include "tests/results/many_cells.h"

namespace synthbench {
namespace {

constexpr std::int64_t kCells = 200'000;

/// 20,000 configs of ten seeds each, timed, and one training of each variant.
Store& timed_cells() {
  static const TempFolder folder;
  static const AttemptResult result = speed_result_of_many();
  static const std::unique_ptr<Store> store = [] {
    filled(folder / "r.db", kCells, speed_cell_of_many, [](std::int64_t) { return result; });
    return filled(folder / "r.db", 50, training_of_many, training_result_of_many, "trained");
  }();
  return *store;
}

/// As many trainings.
Store& trained_cells() {
  static const TempFolder folder;
  static const std::unique_ptr<Store> store = filled(folder / "r.db", kCells, training_of_many, training_result_of_many);
  return *store;
}

void table_of(benchmark::State& state, Store& (*cells)(), const std::string& preset, const std::string& filter) {
  Store& store = cells();
  TableOptions options;
  options.filter = filter;
  std::size_t rows = 0;
  for (auto _ : state) {
    const Table table = make_table(store, preset, options);
    rows = table.rows.size();
    benchmark::DoNotOptimize(format_table(table, "md").size());
  }
  state.counters["rows"] = static_cast<double>(rows);
}
BENCHMARK_CAPTURE(table_of, speed_of_all, timed_cells, "speed", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, memory_of_all, timed_cells, "memory", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, speed_of_one_length, timed_cells, "speed", "seq_len = 512")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, pareto_of_all, timed_cells, "pareto", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, scaling_of_all, timed_cells, "scaling", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, ablation_of_times, timed_cells, "ablation", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, quality_of_all, trained_cells, "quality", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, ablation_of_qualities, trained_cells, "ablation", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, claims_of_all, trained_cells, "claims", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, paper2_of_all, trained_cells, "paper2", "")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synthbench

BENCHMARK_MAIN();
