// How long `table` takes over a database of 200,000 finished cells, printed: each under 2 s.
//
//   ninja bench_table && tests/harness/bench_table
#include <benchmark/benchmark.h>

#include "results/exchange.h"
#include "results/table.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

constexpr std::int64_t kCells = 200'000, kSeeds = 10;

/// 20,000 configs of ten seeds each: 12 metrics and 30 samples a cell.
std::unique_ptr<Store> filled(const std::string& path) {
  ExchangeLine line;
  line.sweep.name = "bench";
  line.build = a_build();
  line.env = a_machine();
  line.result = timed({std::vector<double>(10, 1e-3), std::vector<double>(10, 1.1e-3), std::vector<double>(10, 0.9e-3)});
  for (int extra = 0; extra < 9; ++extra) {
    line.result.metrics.push_back({.name = "metric" + std::to_string(extra), .unit = "s", .better = "lower", .value = 1e-3});
  }
  auto store = Store::open_to_write(path);
  std::int64_t at = 0;
  store->import_lines([&]() -> std::optional<ExchangeLine> {
    if (at == kCells) return std::nullopt;
    static const char* const variants[] = {"vanilla", "random", "dense", "factorized_random", "factorized_dense"};
    const std::int64_t config = at / kSeeds;
    line.cell = a_cell({{"variant", variants[config % 5]}, {"seq_len", 16 * (config / 5 + 1)}}, at % kSeeds, at + 1);
    line.uid = sha256(std::to_string(at));
    line.started_at = line.ended_at = "2026-11-24T05:58:01.123Z";
    ++at;
    return line;
  });
  return store;
}

void table_of(benchmark::State& state, const std::string& preset, const std::string& filter) {
  static const TempFolder folder;
  static const std::unique_ptr<Store> store = filled(folder / "r.db");
  TableOptions options;
  options.filter = filter;
  std::size_t rows = 0;
  for (auto _ : state) {
    const Table table = make_table(*store, preset, options);
    rows = table.rows.size();
    benchmark::DoNotOptimize(format_table(table, "md").size());
  }
  state.counters["rows"] = static_cast<double>(rows);
}
BENCHMARK_CAPTURE(table_of, speed_of_all, "speed", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, memory_of_all, "memory", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(table_of, speed_of_one_length, "speed", "seq_len = 512")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synthbench

BENCHMARK_MAIN();
