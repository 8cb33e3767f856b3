#include "harness/measure/measure.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/measure/batch.h"
#include "harness/measure/clock.h"
#include "harness/measure/peak_memory.h"
#include "results/statistics.h"
#include "tests/harness/record_capture.h"

namespace synthbench {
namespace {

void spin(double seconds) {
  const auto start = Clock::now();
  while (seconds_since(start) < seconds) {
  }
}

std::vector<SampleRow> samples_of(const RecordCapture& capture) {
  std::vector<SampleRow> rows;
  for (const Json& record : capture.records("sample")) rows.push_back(sample_from_json(record));
  return rows;
}

TEST(Measure, TakesTheFirstCallApartThenWarmsUpThenSamples) {
  const RecordCapture capture;
  int calls = 0;
  const Measurement result =
      measure({[&] { spin(++calls == 1 ? 0.02 : 0.002); }, {}}, {.min_time = 0.01, .repetitions = 7}, 2, RecordWriter());
  const auto rows = samples_of(capture);
  ASSERT_EQ(rows.size(), 9u);
  EXPECT_EQ(rows[0].phase, "first");
  EXPECT_EQ(rows[0].cache, "cold");
  EXPECT_GE(rows[0].total_ns, 20'000'000);
  EXPECT_EQ(result.first_call_ns, rows[0].total_ns);
  EXPECT_EQ(rows[1].phase, "warmup");
  for (std::size_t k = 2; k < rows.size(); ++k) {
    EXPECT_EQ(rows[k].phase, "measure");
    EXPECT_EQ(rows[k].round, 2);
    EXPECT_EQ(rows[k].idx, static_cast<std::int64_t>(k - 2));
    EXPECT_GE(rows[k].total_ns, 2'000'000 * rows[k].inner_iters);
  }
}

/// Pages that were faulted in by five buffers of 8 MB, each freed before the next is made.
long faults_of_buffers() {
  const auto faults = [] {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
  };
  long before = 0;
  for (int call = 0; call < 6; ++call) {
    if (call == 1) before = faults();  // the first has to fault them in
    const std::vector<char> buffer(8 << 20, static_cast<char>(call));
    EXPECT_EQ(buffer.back(), call);
  }
  return faults() - before;
}

TEST(Measure, WhatIsFreedByOneCallServesTheNext) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  keep_freed_memory();
  EXPECT_LT(faults_of_buffers(), 200) << "2048 pages each";
}

TEST(Measure, RepeatsAShortCallUntilTheClockCanSeeIt) {
  const RecordCapture capture;
  volatile int counter = 0;
  measure({[&] { counter = counter + 1; }, {}}, {.min_time = 0.01, .repetitions = 5}, 0, RecordWriter());
  const double ten_steps = 10 * clock_resolution();
  for (const SampleRow& row : samples_of(capture)) {
    if (row.phase != "measure") continue;
    EXPECT_GT(row.inner_iters, 1);
    EXPECT_GE(static_cast<double>(row.total_ns) * 1e-9, ten_steps / 2) << row.inner_iters << " calls";  // sized in one try
  }
}

TEST(Measure, DoesNotTimeThePreparation) {
  const RecordCapture capture;
  measure({[] { spin(0.0005); }, [] { spin(0.01); }}, {.min_time = 0.002, .repetitions = 5}, 0, RecordWriter());
  for (const SampleRow& row : samples_of(capture))
    EXPECT_LT(static_cast<double>(row.total_ns) / static_cast<double>(row.inner_iters), 9e6) << row.phase;
}

/// Follows a chain through 512 KiB, a cache line a step, in an order that no processor foresees: the time is that of the memory.
struct PointerChase {
  static constexpr std::size_t kLines = 8192, kWords = 8;  ///< words in a line
  std::vector<std::size_t> next = std::vector<std::size_t>(kLines * kWords);
  volatile std::size_t end = 0;

  PointerChase() {
    std::vector<std::size_t> order(kLines);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin() + 1, order.end(), std::mt19937_64(1));
    for (std::size_t i = 0; i < kLines; ++i) next[order[i] * kWords] = order[(i + 1) % kLines] * kWords;
  }
  void operator()() {
    std::size_t at = 0;
    for (std::size_t i = 0; i < kLines; ++i) at = next[at];
    end = at;
  }
};

TEST(Measure, MeasuresColdAndHotApart) {
  const RecordCapture capture;
  PointerChase chase;
  measure({[&] { chase(); }, {}}, {.min_time = 0.002, .repetitions = 9, .cache = {"cold", "hot"}}, 0, RecordWriter());
  std::map<std::string, std::vector<double>> seconds;
  for (const SampleRow& row : samples_of(capture)) {
    if (row.phase != "measure") continue;
    seconds[row.cache].push_back(static_cast<double>(row.total_ns) * 1e-9 / static_cast<double>(row.inner_iters));
    if (row.cache == "cold") {
      EXPECT_EQ(row.inner_iters, 1);
    }
  }
  ASSERT_EQ(seconds["cold"].size(), 9u);
  ASSERT_EQ(seconds["hot"].size(), 9u);
  EXPECT_GT(median(seconds["cold"]), median(seconds["hot"])) << "memory is slower than a cache";
}

TEST(Measure, ColdCachesDoNotOutlastMaxTime) {
  const RecordCapture capture;
  volatile int counter = 0;
  const auto start = Clock::now();
  measure({[&] { counter = counter + 1; }, {}}, {.min_samples = 3, .min_time = 0.05, .max_noise = 1e-9, .max_time = 0.3, .cache = {"cold"}},
          0, RecordWriter());
  EXPECT_LT(seconds_since(start), 20) << "10,000 samples of which each empties the caches would take minutes";
  EXPECT_GE(capture.records("sample").size(), 2u + 2u);
}

TEST(Measure, WhatEmptiesTheCachesIsNotPartOfThePeakMemory) {
  const RecordCapture capture;
  volatile int counter = 0;
  const Workload workload{[&] { counter = counter + 1; }, {}};
  measure(workload, {.min_time = 0.002, .repetitions = 3}, 0, RecordWriter());
  const std::int64_t hot = peak_rss_bytes();
  if (hot == 0) GTEST_SKIP() << "this kernel does not say what was resident at most (VmHWM)";
  measure(workload, {.min_time = 0.002, .repetitions = 3, .cache = {"hot", "cold"}}, 0, RecordWriter());
  EXPECT_LT(peak_rss_bytes(), hot + (std::int64_t{16} << 20)) << "the evictor has 32 MiB at least";
}

TEST(Measure, LetsAnExceptionOfTheWorkloadThrough) {
  const RecordCapture capture;
  int calls = 0;
  const Workload workload{[&] {
                            if (++calls > 5) throw std::runtime_error("the sixth call is one too many");
                          },
                          {}};
  try {
    measure(workload, {.min_time = 0, .repetitions = 50}, 0, RecordWriter());
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the sixth call is one too many");
  }
  EXPECT_EQ(calls, 6);
}

TEST(Measure, AnExceptionDoesNotPoisonTheNextMeasurement) {
  EXPECT_THROW(take_samples([]() -> double { throw std::logic_error("once"); }, 3), std::logic_error);
  double next = 0;
  EXPECT_EQ(take_samples([&] { return next += 0.5; }, 3), (std::vector<double>{0.5, 1.0, 1.5}));
  EXPECT_EQ(take_samples([] { return 2.0; }, 1), (std::vector<double>{2.0}));
}

}  // namespace
}  // namespace synthbench
