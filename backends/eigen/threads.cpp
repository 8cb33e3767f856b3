#include "backends/eigen/threads.h"

#include <algorithm>

namespace synthbench::eigen {

Threads::~Threads() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_arrived_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Threads::run(int threads, std::int64_t count, const Task& task) {
  const int helpers = static_cast<int>(std::min<std::int64_t>(threads, count)) - 1;
  if (helpers <= 0) {
    for (std::int64_t i = 0; i < count; ++i) task(i, 0);
    return;
  }
  while (static_cast<int>(workers_.size()) < helpers) {
    const int worker = static_cast<int>(workers_.size()) + 1;
    workers_.emplace_back([this, worker] { wait_for_work(worker); });
  }
  {
    const std::lock_guard lock(mutex_);
    ++round_;
    joining_ = busy_ = helpers;
    task_ = &task;
    count_ = count;
    failure_ = nullptr;
    next_ = 0;
  }
  work_arrived_.notify_all();
  work(0);
  std::unique_lock lock(mutex_);
  work_done_.wait(lock, [this] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

void Threads::wait_for_work(int worker) {
  std::uint64_t seen = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      work_arrived_.wait(lock, [&] { return stopping_ || (round_ != seen && worker <= joining_); });
      if (stopping_) return;
      seen = round_;
    }
    work(worker);
    const std::lock_guard lock(mutex_);
    if (--busy_ == 0) work_done_.notify_one();
  }
}

void Threads::work(int worker) {
  try {
    for (std::int64_t i = next_++; i < count_; i = next_++) (*task_)(i, worker);
  } catch (...) {
    next_ = count_;  // nobody starts another task
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
}

}  // namespace synthbench::eigen
