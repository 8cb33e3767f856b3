#include "harness/measure/measure.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/measure/batch.h"
#include "harness/measure/clock.h"
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

TEST(Measure, MeasuresColdAndHotApart) {
  const RecordCapture capture;
  std::vector<int> data(1 << 18, 1);  // 1 MiB
  volatile long sum = 0;
  measure({[&] {
             for (const int x : data) sum = sum + x;
           },
           {}},
          {.min_time = 0.002, .repetitions = 4, .cache = {"hot", "cold"}}, 0, RecordWriter());
  std::map<std::string, int> counts;
  for (const SampleRow& row : samples_of(capture)) {
    if (row.phase != "measure") continue;
    ++counts[row.cache];
    if (row.cache == "cold") {
      EXPECT_EQ(row.inner_iters, 1);
    }
  }
  EXPECT_EQ(counts, (std::map<std::string, int>{{"cold", 4}, {"hot", 4}}));
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
