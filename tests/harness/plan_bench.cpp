// How long planning takes and what it needs, over the number of cells: one million in under a second and under 1 GiB, and ten
// times the cells cost ten times the time.
//
//   ninja bench_plan && tests/harness/bench_plan
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "harness/outlook.h"
#include "harness/plan.h"

namespace synthbench {
namespace {

/// A grid with all that costs time: conditions, a range, an [[exclude]], a variant that ignores rank. cells / 100 seeds of 100
/// cells each, and as many points more that are duplicates or excluded.
std::string grid_of(std::int64_t cells) {
  return R"(schema = 1
[base]
d_model = 64
heads = 4
[[axis]]
name = "variant"
values = ["vanilla", "random", "dense", "factorized_random", "dense+vanilla"]
[[axis]]
name = "seq_len"
values = "16-88+8"
[[axis]]
name = "causal"
values = [true, false]
[[axis]]
name = "rank"
values = [4, 8]
when = { variant = ["factorized_random", "random"] }
[[axis]]
name = "seed"
values = "1-)" +
         std::to_string(cells / 100) + R"("
[[exclude]]
when = { variant = "factorized_random", rank = 4 }
reason = "seen"
)";
}

/// A file that goes away.
class GridFile {
 public:
  explicit GridFile(const std::string& text)
      : path_((std::filesystem::temp_directory_path() / ("synthbench_bench_" + std::to_string(::getpid()) + ".toml")).string()) {
    std::ofstream(path_) << text;
  }
  ~GridFile() { std::filesystem::remove(path_); }
  GridFile(const GridFile&) = delete;
  GridFile& operator=(const GridFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

double heap_bytes() {
  const auto heap = mallinfo2();
  return static_cast<double>(heap.uordblks + heap.hblkhd);
}

double peak_rss_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void plan_cells(benchmark::State& state) {
  const GridFile file(grid_of(state.range(0)));
  PlanRequest request;
  request.grid_path = file.path();
  double cells = 0, bytes = 0;
  for (auto _ : state) {
    const double before = heap_bytes();
    const auto plan = make_plan(request);
    cells = static_cast<double>(plan->counts.cells);
    bytes = heap_bytes() - before;
    benchmark::DoNotOptimize(plan->plan_sha.data());
  }
  if (cells != static_cast<double>(state.range(0))) state.SkipWithError("the grid has another number of cells than it should");
  state.SetComplexityN(state.range(0));
  state.counters["cells"] = cells;
  state.counters["bytes/cell"] = bytes / cells;
  state.counters["peak_MiB"] = peak_rss_mib();
}
BENCHMARK(plan_cells)->RangeMultiplier(10)->Range(10'000, 1'000'000)->Unit(benchmark::kMillisecond)->Complexity(benchmark::oN);

/// What a database says about the cells of a plan, as `plan` asks when there is one: here of one other cell.
void ask_database(benchmark::State& state) {
  const GridFile file(grid_of(state.range(0)));
  PlanRequest request;
  request.grid_path = file.path();
  const auto plan = make_plan(request);
  const std::string database = file.path() + ".db";
  {
    const auto store = Store::open_to_write(database);
    CellRow cell{.config = {{"kind", "speed"}, {"variant", "vanilla"}, {"backend", "eigen"}, {"dtype", "f32"}, {"seq_len", 7}}};
    cell.config_sha = Config(cell.config).sha();
    store->add_sweep({"other", "", "sha"}, {cell});
  }
  RunOptions options;
  options.db_path = database;
  for (auto _ : state) {
    const Outlook outlook(*plan, options);
    const Outlook::Totals totals = outlook.totals(*plan);
    if (totals.to_run != plan->counts.cells) state.SkipWithError("a cell is reused that nobody measured");
  }
  for (const char* suffix : {"", ".lock", "-wal", "-shm"}) std::filesystem::remove(database + suffix);
  state.counters["s/cell"] = benchmark::Counter(static_cast<double>(plan->counts.cells),
                                                benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(ask_database)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace synthbench

BENCHMARK_MAIN();
