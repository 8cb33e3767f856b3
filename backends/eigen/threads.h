#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace synthbench::eigen {

/// Threads that wait for work between calls: starting one costs more than a small call.
/// A task must not depend on which thread runs it, so the results are the same however tasks are spread.
class Threads {
 public:
  Threads() = default;
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  using Task = std::function<void(std::int64_t task, int worker)>;
  /// Runs task(0) ... task(count - 1) on up to `threads` threads, the caller included as worker 0, and returns when all are done.
  /// The first exception of a task is thrown again here.
  void run(int threads, std::int64_t count, const Task& task);

 private:
  void wait_for_work(int worker);
  void work(int worker);

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable work_arrived_, work_done_;
  std::uint64_t round_ = 0;  ///< counts calls of run; guarded by mutex_, as all below but next_
  int joining_ = 0;          ///< workers that take part in this round
  int busy_ = 0;
  bool stopping_ = false;
  const Task* task_ = nullptr;
  std::int64_t count_ = 0;
  std::exception_ptr failure_;
  std::atomic<std::int64_t> next_{0};
};

}  // namespace synthbench::eigen
