// What a machine can do at most: how it is measured, kept, and what is held against it.
#include "harness/peaks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "backends/eigen/peak_loops.h"
#include "harness/aggregate.h"
#include "harness/base/processors.h"
#include "harness/job.h"
#include "harness/measure/clock.h"
#include "tests/harness/plans.h"
#include "tests/harness/record_capture.h"

namespace synthbench {
namespace {

/// Two launches of 10 samples, each of so many seconds.
std::vector<SampleRow> samples_of(double seconds) {
  std::vector<SampleRow> rows;
  for (std::int64_t k = 0; k < 20; ++k) rows.push_back({"measure", "hot", "wall", k / 10, k % 10, 1, std::llround(seconds * 1e9), {}, ""});
  return rows;
}

std::map<std::string, MetricRow> metrics(const Config& config, double seconds, const std::optional<Peaks>& peaks) {
  std::map<std::string, MetricRow> out;
  for (MetricRow& row : speed_metrics(config, samples_of(seconds), peaks)) out.emplace(row.name, row);
  return out;
}

Config cell(std::vector<std::pair<std::string, std::string>> more = {}) {
  more.insert(more.begin(), {{"seq_len", "64"}, {"batch", "4"}, {"dtype", "f32"}});
  return config_of(more);
}

TEST(Peaks, RatesAreHeldAgainstThem) {
  const Config config = cell();
  const auto flops = static_cast<double>(flops_of(config)), bytes = static_cast<double>(bytes_of(config));
  const auto found = metrics(config, 1e-3, Peaks{flops * 4e3, bytes * 2e3, bytes});
  EXPECT_DOUBLE_EQ(found.at("flops_per_s").value, flops * 1e3);
  EXPECT_DOUBLE_EQ(found.at("peak_flops_share").value, 0.25);
  EXPECT_DOUBLE_EQ(*found.at("peak_flops_share").ci_lo, 0.25);
  EXPECT_DOUBLE_EQ(found.at("bytes_per_s").value, bytes * 1e3);
  EXPECT_DOUBLE_EQ(found.at("peak_bytes_share").value, 0.5);
  EXPECT_EQ(found.at("peak_flops_share").better, "higher");
  EXPECT_FALSE(metrics(config, 1e-3, {}).contains("peak_flops_share")) << "never measured";
}

TEST(Peaks, ADirectionCostsItsPart) {
  const auto counts = [](const char* direction) {
    const Config config = cell({{"direction", direction}});
    return std::pair(flops_of(config), bytes_of(config));
  };
  const auto forward = counts("fwd"), backward = counts("bwd"), both = counts("fwdbwd");
  EXPECT_EQ(both.first, forward.first + backward.first);
  EXPECT_EQ(both.second, forward.second + backward.second);
  EXPECT_GT(backward.first, forward.first);
  EXPECT_GT(backward.second, forward.second);
}

TEST(Peaks, BytesThatACacheCanKeepAreHeldAgainstNothing) {
  const Config config = cell();
  const auto bytes = static_cast<double>(bytes_of(config));
  EXPECT_FALSE(metrics(config, 1e-3, Peaks{1e30, 1, 4 * bytes}).contains("peak_bytes_share"));
}

TEST(Peaks, WhatTheMachineCannotDoIsNoNumber) {
  const Config config = cell();
  const auto flops = static_cast<double>(flops_of(config));
  const auto found = metrics(config, 1e-3, Peaks{flops * 0.9e3, 1e30, 1e30});
  EXPECT_TRUE(std::isnan(found.at("flops_per_s").value));
  EXPECT_TRUE(std::isnan(found.at("peak_flops_share").value));
  EXPECT_FALSE(found.at("flops_per_s").ci_lo) << "and has no interval";
  EXPECT_DOUBLE_EQ(found.at("median").value, 1e-3) << "the time stands";
}

TEST(Peaks, AMaskedCellIsHeldAgainstNothingAsItsKernelMaySkipWhatIsCounted) {
  for (const auto& [key, value] : std::map<std::string, std::string>{{"causal", "true"}, {"key_lengths", "random"}}) {
    const auto found = metrics(cell({{key, value}}), 1e-3, Peaks{1, 1, 1});
    for (const char* share : {"peak_flops_share", "peak_bytes_share"}) EXPECT_FALSE(found.contains(share)) << share << ", " << key;
    EXPECT_TRUE(std::isfinite(found.at("bytes_per_s").value)) << "nothing says that it is impossible";
  }
}

TEST(Peaks, AreOfADtypeAThreadCountAndProcessors) {
  const auto setting = peak_setting(cell({{"threads", "2"}}), {0, 2});
  ASSERT_TRUE(setting);
  EXPECT_EQ(*setting, (PeakSetting{"f32", 2, "0,2"}));
  for (const auto& [key, value] : std::map<std::string, std::string>{{"device", "cuda:0"}, {"dtype", "bf16"}, {"kind", "train"}}) {
    Json other = cell().json();
    other[key] = value;
    EXPECT_FALSE(peak_setting(Config(other), {})) << key;
  }
}

TEST(Peaks, OfAllThreadsAreThoseOfTheProcessorsThatWorkersAreHeldTo) {
  for (const std::vector<int>& processors : std::vector<std::vector<int>>{{0}, {0, 2, 5}}) {
    EXPECT_EQ(peak_setting(cell({{"threads", "0"}}), processors)->threads, std::ssize(processors));
    EXPECT_EQ(peak_setting(cell({{"threads", "2"}}), processors)->threads, 2) << "as asked for";
  }
  EXPECT_EQ(peak_setting(cell({{"threads", "0"}}), {})->threads, std::ssize(allowed_processors()));
}

TEST(Peaks, ComeBackFromAnAttemptsFacts) {
  const auto back = peaks_in(Json{{"peaks", to_json({"f32", 2, ""}, {3, 4, 5})}});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->flops_per_s, 3);
  EXPECT_EQ(back->bytes_per_s, 4);
  EXPECT_EQ(back->bytes, 5);
  EXPECT_FALSE(peaks_in(Json::object()));
  EXPECT_FALSE(peaks_in(Json{{"peaks", {{"flops_per_s", "many"}}}})) << "an imported line may say anything";
}

TEST(Peaks, ARunInAHurryDoesNotMeasureThem) {
  EXPECT_TRUE(has_time_for_peaks({}));
  EXPECT_FALSE(has_time_for_peaks({.repetitions = 3}));
  EXPECT_FALSE(has_time_for_peaks({.min_time = 0.05}));
}

TEST(Peaks, TheBestSampleOfEachBenchmarkCounts) {
  LaunchResult gemm;
  gemm.end = Json{{"outcome", "done"}};
  gemm.samples = {{"first", "cold", "wall", 0, 0, 1, 1, {}, ""},
                  {"measure", "hot", "wall", 0, 0, 2, 8'000, {}, ""},
                  {"measure", "hot", "wall", 0, 1, 2, 4'000, {}, ""}};
  LaunchResult copy = gemm;
  gemm.metrics.push_back({.name = "flops", .value = 10});
  copy.metrics.push_back({.name = "bytes", .value = 6});
  const auto peaks = peaks_of(gemm, copy);
  ASSERT_TRUE(peaks);
  EXPECT_DOUBLE_EQ(peaks->flops_per_s, 10 / 2e-6);
  EXPECT_DOUBLE_EQ(peaks->bytes_per_s, 6 / 2e-6);
  EXPECT_DOUBLE_EQ(peaks->bytes, 6);
  copy.end = Json{{"outcome", "oom"}};
  EXPECT_FALSE(peaks_of(gemm, copy));
}

double rate_of(const eigen::PeakLoop& loop) {
  double best = INFINITY;
  for (int k = 0; k < 4; ++k) {
    const auto start = Clock::now();
    loop.call();
    best = std::min(best, seconds_since(start));
  }
  return loop.work / best;
}

TEST(Peaks, TheLoopsDoTheWorkThatTheyCount) {
  const double f32 = rate_of(eigen::gemm_loop(DType::f32, 1)), f64 = rate_of(eigen::gemm_loop(DType::f64, 1));
  EXPECT_GT(f32, 1e9) << "FLOP/s: less than any processor of the last twenty years";
  EXPECT_LT(f32, 1e13) << "more than any core does";
  EXPECT_GT(f32, f64) << "half the bytes, twice the lanes";
  const double copy = rate_of(eigen::copy_loop(std::size_t{64} << 20, 2));
  EXPECT_GT(copy, 1e8);
  EXPECT_LT(copy, 1e13);
  std::printf("one thread: f32 %.1f, f64 %.1f GFLOP/s; two threads copy at %.1f GB/s\n", f32 * 1e-9, f64 * 1e-9, copy * 1e-9);
}

TEST(Peaks, TheBenchmarksAreJobsOfAWorker) {
  for (const char* job : {"peak_gemm", "peak_copy"}) {
    const RecordCapture capture;
    WorkerOrder order = peak_order({"f32", 1, ""}, job);
    order.measure = {.min_time = 0.001, .repetitions = 2};
    jobs().at(job)(order, RecordWriter());
    EXPECT_GE(capture.records("metric").size(), 1u) << job;
    EXPECT_GE(capture.records("sample").size(), 3u) << job;
  }
}

}  // namespace
}  // namespace synthbench
