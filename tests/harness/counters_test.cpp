// Counters of the processor, through software events where this machine has no others, and through a system call that fails.
#include "harness/measure/counters.h"

#include <gtest/gtest.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>

#include "harness/measure/measure.h"
#include "tests/harness/record_capture.h"

namespace synthbench {
namespace {

constexpr std::size_t kPage = 4096;

/// The same system call for an event that every kernel has: pages that were touched for the first time.
long page_faults_instead(perf_event_attr& what, pid_t thread) {
  what.type = PERF_TYPE_SOFTWARE;
  what.config = PERF_COUNT_SW_PAGE_FAULTS;
  const long fd = ::syscall(SYS_perf_event_open, &what, thread, -1, -1, 0);
  return fd < 0 ? -errno : fd;
}

void touch_new_pages(std::size_t pages) {
  void* memory = ::mmap(nullptr, pages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  ::madvise(memory, pages * kPage, MADV_NOHUGEPAGE);
  auto* bytes = static_cast<volatile char*>(memory);
  for (std::size_t page = 0; page < pages; ++page) bytes[page * kPage] = 1;
  ::munmap(memory, pages * kPage);
}

TEST(HardwareCounters, CountWhatHappensDuringTheWorkInThreadsThatWereAndThatCome) {
  HardwareCounters counters(page_faults_instead);
  if (counters.empty()) GTEST_SKIP() << "perf_event_open is not allowed here, not even for page faults";
  touch_new_pages(5000);  // before: not counted
  const auto counts = counters.count([] {
    touch_new_pages(300);
    std::thread(touch_new_pages, 400).join();
  });
  ASSERT_TRUE(counts.contains("instructions"));  // by that name, though page faults here
  EXPECT_GE(counts.at("instructions"), 700);
  EXPECT_LT(counts.at("instructions"), 2000);
  EXPECT_LT(counters.count([] {}).at("instructions"), 100) << "a second time starts from nothing";
}

TEST(HardwareCounters, AnOlderThreadCountsToo) {
  std::thread worker;
  std::atomic<int> phase{0};
  worker = std::thread([&] {
    while (phase == 0) std::this_thread::yield();
    touch_new_pages(600);
    phase = 2;
  });
  HardwareCounters counters(page_faults_instead);
  const bool allowed = !counters.empty();
  const auto counts = counters.count([&] {
    phase = 1;
    while (phase != 2) std::this_thread::yield();
  });
  worker.join();
  if (!allowed) GTEST_SKIP() << "perf_event_open is not allowed here, not even for page faults";
  EXPECT_GE(counts.at("cycles"), 600);
}

TEST(HardwareCounters, WhereTheSystemCallFailsNothingIsCountedAndTheWorkIsDone) {
  for (const int error : {EACCES, EPERM, ENOENT, ENOSYS}) {
    HardwareCounters counters([&](perf_event_attr&, pid_t) -> long { return -error; });
    EXPECT_TRUE(counters.empty()) << std::strerror(error);
    bool done = false;
    EXPECT_TRUE(counters.count([&] { done = true; }).empty());
    EXPECT_TRUE(done);
  }
}

TEST(HardwareCounters, AskForUserSpaceAlone) {
  HardwareCounters counters([](perf_event_attr& what, pid_t thread) -> long {
    EXPECT_EQ(what.exclude_kernel, 1u) << "else perf_event_paranoid 2 forbids it";
    EXPECT_EQ(what.inherit, 1u);
    EXPECT_EQ(what.disabled, 1u);
    EXPECT_GT(thread, 0);
    return -ENOENT;
  });
}

TEST(HardwareCounters, AreMetricsOfACellWhereThisMachineHasThem) {
  const RecordCapture capture;
  measure({[] { touch_new_pages(3); }, {}}, {.min_time = 0.001, .repetitions = 3}, 0, RecordWriter());
  const auto metrics = capture.records("metric");
  if (HardwareCounters().empty()) {
    EXPECT_TRUE(metrics.empty());
    GTEST_SKIP() << "no hardware counters on this machine, or not allowed (synthbench doctor says which)";
  }
  ASSERT_FALSE(metrics.empty());
  for (const Json& metric : metrics) {
    EXPECT_EQ(metric.at("better"), "lower");
    EXPECT_GE(metric.at("n"), 1) << "calls";
  }
  EXPECT_EQ(metrics.front().at("name"), "cache_misses");
}

}  // namespace
}  // namespace synthbench
