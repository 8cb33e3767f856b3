// Timing on a device, with one that is made up: its clock says what a test wants.
#include "harness/measure/device_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <set>

#include "harness/aggregate.h"
#include "harness/measure/clock.h"
#include "tests/harness/plans.h"
#include "tests/harness/record_capture.h"

namespace synthbench {
namespace {

void spin(double seconds) {
  const auto start = Clock::now();
  while (seconds_since(start) < seconds) {
  }
}

/// A GPU that computes each call for some time after it was given it, while the host may go on.
struct FakeDevice final : DeviceClock {
  double per_call = 0.002;             ///< seconds of device time
  double factor = 1;                   ///< its clock runs that much too fast
  double step = 0;                     ///< its clock shows whole steps alone; 0: every time
  std::deque<std::string> throttling;  ///< of the next samples; then none
  int given = 0, states = 0;

  void call() { ++given; }
  void finish() {
    spin(per_call * (given - done_));
    done_ = given;
  }
  void start() override { started_ = Clock::now(); }
  double stop() override {
    finish();
    const double seconds = seconds_since(started_) * factor;  // whatever else the machine did meanwhile, both clocks saw it
    return step > 0 ? std::floor(seconds / step) * step : seconds;
  }
  double resolution() const override { return step > 0 ? step : 0.5e-6; }
  State state() override {
    State now{1410 - states++, "", 1 << 20};
    if (!throttling.empty()) {
      now.throttled = throttling.front();
      throttling.pop_front();
    }
    return now;
  }
  Workload workload() {
    return {[this] { call(); }, {}, true, [this] { finish(); }, this};
  }

 private:
  int done_ = 0;
  Clock::time_point started_;
};

struct Measured {
  std::vector<SampleRow> rows;
  std::vector<Json> metrics;
  std::vector<SampleRow> of(const std::string& clock, bool discarded) const {
    std::vector<SampleRow> out;
    for (const SampleRow& row : rows) {
      if (row.phase == "measure" && row.clock == clock && row.discarded.empty() != discarded) out.push_back(row);
    }
    return out;
  }
};

Measured measured(FakeDevice& device, int launch = 0) {
  const RecordCapture capture;
  measure(device.workload(), {.min_time = 0.001, .repetitions = 4}, launch, RecordWriter());
  Measured out{{}, capture.records("metric")};
  for (const Json& record : capture.records("sample")) out.rows.push_back(sample_from_json(record));
  return out;
}

MetricRow median_row(const Measured& launches) {
  for (MetricRow& row : speed_metrics(config_of({{"seq_len", "16"}}), launches.rows)) {
    if (row.name == "median") return row;
  }
  ADD_FAILURE() << "no median";
  return {};
}

double median_of(const Measured& launches) { return median_row(launches).value; }

TEST(DeviceSamples, EachHasTheTimesOfBothClocksAndTheDevicesOwnCounts) {
  FakeDevice device;
  device.factor = 0.98;  // well within what may differ
  const Measured launch = measured(device);
  for (const char* clock : {"wall", "cuda_event", "cpu"}) EXPECT_EQ(launch.of(clock, false).size(), 4u) << clock;
  double device_seconds = 0;
  for (const SampleRow& row : launch.of("cuda_event", false)) device_seconds += static_cast<double>(row.total_ns) * 1e-9;
  double wall_seconds = 0;
  for (const SampleRow& row : launch.of("wall", false)) wall_seconds += static_cast<double>(row.total_ns) * 1e-9;
  EXPECT_NEAR(device_seconds / wall_seconds, 0.98, 0.01);
  for (const SampleRow& row : launch.of("wall", false))
    EXPECT_NE(median_of(launch), static_cast<double>(row.total_ns) * 1e-9) << "the device's counts";
  EXPECT_GE(launch.of("wall", false).front().total_ns, 2'000'000);
  EXPECT_EQ(launch.of("wall", false).front().sm_mhz, launch.of("cuda_event", false).front().sm_mhz);
  EXPECT_LE(*launch.of("cuda_event", false).back().sm_mhz, 1410) << "megahertz as the device says";
  ASSERT_EQ(launch.metrics.size(), 1u);
  EXPECT_EQ(launch.metrics.front().at("name"), "peak_device");
  EXPECT_EQ(launch.metrics.front().at("value"), 1 << 20);
}

TEST(DeviceSamples, MaxTimeCountsWhatIsPreparedBetweenThem) {
  FakeDevice device;
  Workload workload = device.workload();
  workload.prepare = [] { spin(0.02); };
  const RecordCapture capture;
  measure(workload, {.min_samples = 3, .min_time = 10, .max_noise = 1e-9, .max_time = 0.2}, 0, RecordWriter());
  int taken = 0;
  for (const Json& record : capture.records("sample")) {
    const SampleRow row = sample_from_json(record);
    taken += row.phase == "measure" && row.clock == "wall" ? 1 : 0;
  }
  EXPECT_GE(taken, 3);
  EXPECT_LE(taken, 12) << "0.2 s hold nine of 22 ms, and a hundred of 2 ms";
}

TEST(DeviceSamples, ThoseOfAThrottledDeviceAreDiscardedAndTakenAgain) {
  FakeDevice device;
  device.throttling = {"heat", "", "heat", "power brake"};
  const Measured launch = measured(device);
  EXPECT_EQ(launch.of("wall", false).size(), 4u) << "as many as were wanted";
  const auto discarded = launch.of("wall", true);
  ASSERT_EQ(discarded.size(), 3u);
  EXPECT_EQ(discarded[0].discarded, "throttled: heat");
  EXPECT_EQ(discarded[2].discarded, "throttled: power brake");
  std::set<std::int64_t> indices;
  for (const SampleRow& row : launch.rows) {
    if (row.phase == "measure" && row.clock == "wall") indices.insert(row.idx);
  }
  EXPECT_EQ(indices.size(), 7u) << "each has a number of its own";
}

TEST(DeviceSamples, ADeviceThatIsAlwaysThrottledIsNoisyAndDoesNotHoldTheLaunchForEver) {
  FakeDevice device;
  device.per_call = 0.0002;
  device.throttling.assign(10'000, "heat");
  const Workload workload = device.workload();
  DeviceSampler sampler(workload, 0);
  std::vector<SampleRow> rows;
  for (int k = 0; k < 3; ++k) {
    for (const DeviceSample& sample : sampler.take_until_one_counts(1)) {
      rows.push_back({"measure", "hot", "wall", 0, std::ssize(rows), 1, 200'000, sample.sm_mhz, sample.discarded});
    }
  }
  EXPECT_EQ(rows.size(), kMostDiscarded + 3u);
  EXPECT_EQ(std::ranges::count(rows, "", &SampleRow::discarded), 3);
  EXPECT_TRUE(is_noisy(rows, {.repetitions = 3}));
  rows.erase(rows.begin());
  EXPECT_FALSE(is_noisy(rows, {.repetitions = 3}));
}

TEST(DeviceSamples, AClockThatDisagreesWithTheWallIsNotBelieved) {
  for (const double factor : {0.5, 2.0, 0.0, -1.0}) {
    FakeDevice device;
    device.factor = factor;
    const Workload workload = device.workload();
    DeviceSampler sampler(workload, 0);
    const auto samples = sampler.take_until_one_counts(1);
    ASSERT_EQ(samples.size(), kMostDiscarded + 1u) << factor;
    EXPECT_EQ(samples.front().discarded.rfind("clocks disagree: device ", 0), 0u) << samples.front().discarded;
    EXPECT_TRUE(samples.back().discarded.empty()) << "the host's time of it holds";
    EXPECT_FALSE(samples.back().device_discarded.empty()) << "the device's does not";
  }
}

TEST(DeviceSamples, WhereTheDevicesClockIsNotBelievedTheWallCounts) {
  Measured launch;
  for (std::int64_t k = 0; k < 3; ++k) {
    launch.rows.push_back({"measure", "hot", "wall", 0, k, 1, 5'000'000, {}, ""});
    launch.rows.push_back({"measure", "hot", "cuda_event", 0, k, 1, 9'000'000, {}, "clocks disagree: device 9 ms, wall 5 ms"});
  }
  EXPECT_DOUBLE_EQ(median_of(launch), 0.005);
}

TEST(DeviceSamples, ALaunchWhoseDeviceClockWasNeverBelievedDoesNotVanish) {
  FakeDevice well, wrong;
  wrong.factor = 2;
  Measured both = measured(well, 0);
  const double by_device = median_of(both);
  const Measured second = measured(wrong, 1);
  ASSERT_TRUE(second.of("cuda_event", false).empty());
  both.rows.insert(both.rows.end(), second.rows.begin(), second.rows.end());
  EXPECT_EQ(median_row(both).n, 8) << "four of each launch, by the one clock that both have";
  EXPECT_NEAR(median_of(both), by_device, 0.5 * by_device) << "by the host's";
}

TEST(DeviceSamples, CallsShorterThanTheDevicesClockSeesAreRepeated) {
  FakeDevice device;
  device.per_call = 3e-5;
  device.step = 5e-5;
  const Measured launch = measured(device);
  for (const SampleRow& row : launch.of("cuda_event", false)) {
    EXPECT_GE(row.inner_iters, 16) << "ten steps of the clock";
    EXPECT_GE(row.total_ns, 500'000);
  }
  EXPECT_GE(median_of(launch), 2.7e-5);
}

TEST(DeviceSamples, TheClocksMayDifferByALaunchAndTheNewsOfTheEnd) {
  EXPECT_EQ(disagreement(1e-4, 2e-5, 5e-7), "");
  EXPECT_EQ(disagreement(1e-2, 9.7e-3, 5e-7), "");
  EXPECT_NE(disagreement(1e-2, 9.0e-3, 5e-7), "");
  EXPECT_NE(disagreement(1e-2, 1.1e-2, 5e-7), "");
  EXPECT_NE(disagreement(1e-5, 0, 5e-7), "") << "no time at all";
}

TEST(DeviceSamples, SayWhenTheHostWasTheSlowerOne) {
  const auto host_share = [](std::int64_t host) {
    Measured launch;
    for (std::int64_t k = 0; k < 3; ++k) {
      launch.rows.push_back({"measure", "hot", "wall", 0, k, 1, 1'000'000, {}, ""});
      launch.rows.push_back({"measure", "hot", "cuda_event", 0, k, 1, 990'000, {}, ""});
      launch.rows.push_back({"measure", "hot", "cpu", 0, k, 1, host, {}, ""});
    }
    for (const MetricRow& row : speed_metrics(config_of({{"seq_len", "16"}}), launch.rows)) {
      if (row.name == "host_share") return row.value;
    }
    return -1.0;
  };
  EXPECT_DOUBLE_EQ(host_share(970'000), 0.97);
  EXPECT_DOUBLE_EQ(host_share(50'000), 0.05);
}

}  // namespace
}  // namespace synthbench
