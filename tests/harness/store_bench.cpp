// What the store takes and gives in a second, printed: 50,000 finished rows a second in one batch, and a filtered v_seed over
// 20,000 cells in under 50 ms.
//
//   ninja bench_store && tests/harness/bench_store
#include <benchmark/benchmark.h>

#include "results/exchange.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

constexpr std::int64_t kSeeds = 10;

/// 2,000 configs of ten seeds each, all finished with what a short speed cell leaves: 12 metrics, 30 samples, 6 checks.
class Lines {
 public:
  explicit Lines(std::int64_t cells) : cells_(cells) {
    line_.sweep.name = "bench";
    line_.build = a_build();
    line_.env = a_machine();
    line_.result = timed({std::vector<double>(10, 1e-3), std::vector<double>(10, 1.1e-3), std::vector<double>(10, 0.9e-3)});
    for (int extra = 0; extra < 9; ++extra) {
      line_.result.metrics.push_back({.name = "metric" + std::to_string(extra), .unit = "s", .better = "lower", .value = 1e-3});
    }
    for (const char* tensor : {"grad.query", "grad.key", "grad.value", "grad.lhs", "grad.rhs"}) {
      line_.result.checks.push_back(line_.result.checks.front());
      line_.result.checks.back().tensor = tensor;
    }
  }

  std::optional<ExchangeLine> next() {
    if (at_ == cells_) return std::nullopt;
    static const char* const variants[] = {"vanilla", "random", "dense", "factorized_random", "factorized_dense"};
    const std::int64_t config = at_ / kSeeds;
    line_.cell = a_cell({{"variant", variants[config % 5]}, {"seq_len", 16 * (config / 5 + 1)}}, at_ % kSeeds, at_ + 1);
    line_.uid = sha256(std::to_string(at_));
    line_.started_at = line_.ended_at = "2026-11-24T05:58:01.123Z";
    ++at_;
    return line_;
  }
  /// Of tables attempt, metric, sample and check_result.
  std::int64_t rows() const {
    return cells_ * (1 + std::ssize(line_.result.metrics) + std::ssize(line_.result.samples) + std::ssize(line_.result.checks));
  }

 private:
  std::int64_t cells_, at_ = 0;
  ExchangeLine line_;
};

std::unique_ptr<Store> filled(const std::string& path, std::int64_t cells) {
  auto store = Store::open_to_write(path);
  Lines lines(cells);
  store->import_lines([&] { return lines.next(); });
  return store;
}

/// A batch of finished attempts, as `import` and `merge` write them: one transaction.
void rows_of_finished_cells(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    const auto folder = std::make_unique<TempFolder>();
    state.ResumeTiming();
    filled(*folder / "r.db", state.range(0));
  }
  state.counters["rows_per_s"] =
      benchmark::Counter(static_cast<double>(Lines(state.range(0)).rows()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(rows_of_finished_cells)->Arg(2'000)->Unit(benchmark::kMillisecond);

/// One attempt with many samples, as the supervisor writes it at its end.
void rows_of_one_attempt(benchmark::State& state) {
  const AttemptResult result = timed({std::vector<double>(static_cast<std::size_t>(state.range(0)), 1e-3)});
  for (auto _ : state) {
    state.PauseTiming();
    const auto folder = std::make_unique<TempFolder>();
    auto sweep = std::make_unique<Sweep>(*folder / "r.db", some_cells({64}, {0}));
    const auto claimed = sweep->claim(1);
    state.ResumeTiming();
    sweep->store->finish(*claimed, "me", result);
    state.PauseTiming();
    sweep.reset();
    state.ResumeTiming();
  }
  state.counters["rows_per_s"] = benchmark::Counter(static_cast<double>(state.range(0)), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(rows_of_one_attempt)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// Means over seeds of one variant, at one length and at all.
void filtered_v_seed(benchmark::State& state) {
  const TempFolder folder;
  const auto store = filled(folder / "r.db", 20'000);
  const char* const filter = state.range(0) == 1 ? "AND seq_len=512" : "";
  std::size_t rows = 0;
  for (auto _ : state) {
    rows = store->select(std::string("SELECT seq_len, n, mean, sd FROM v_seed WHERE variant='dense' AND metric='median' ") + filter).size();
  }
  if (rows != static_cast<std::size_t>(state.range(0))) state.SkipWithError("another number of rows than the filter should find");
  state.counters["rows"] = static_cast<double>(rows);
}
BENCHMARK(filtered_v_seed)->Arg(1)->Arg(400)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synthbench

BENCHMARK_MAIN();
