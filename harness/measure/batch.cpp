#include "harness/measure/batch.h"

#include <benchmark/benchmark.h>

#include <exception>

namespace synthbench {
namespace {

/// Keeps the manual time of each repetition, prints nothing. Run::error_occurred is another field in 1.8: not read.
class SampleReporter final : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Iteration) seconds.push_back(run.real_accumulated_time);
    }
  }
  std::vector<double> seconds;
};

}  // namespace

std::vector<double> take_samples(const std::function<double()>& sample, int count) {
  std::exception_ptr thrown;
  benchmark::RegisterBenchmark("sample",
                               [&](benchmark::State& state) {
                                 for (auto _ : state) {
                                   if (thrown) {
                                     state.SkipWithError("an earlier repetition threw");
                                     break;
                                   }
                                   try {
                                     state.SetIterationTime(sample());
                                   } catch (...) {
                                     thrown = std::current_exception();
                                     state.SkipWithError("the workload threw");
                                     break;
                                   }
                                 }
                               })
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(count);
  SampleReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();
  if (thrown) std::rethrow_exception(thrown);
  return reporter.seconds;
}

}  // namespace synthbench
