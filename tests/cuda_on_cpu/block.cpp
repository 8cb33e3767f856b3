// The scheduler: threads are ready, wait for their block, wait for lanes of their warp, or are done. When none is ready and not all
// are done, some have parted ways at a barrier.
#include "tests/cuda_on_cpu/block.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "tests/cuda_on_cpu/fault.h"
#include "tests/cuda_on_cpu/fiber.h"
#include "tests/cuda_on_cpu/memory.h"

namespace synthbench::cuda_on_cpu {
namespace {

constexpr unsigned kWarp = 32;

struct Thread {
  enum class State : std::uint8_t { ready, at_block, at_warp, done };
  State state = State::ready;
  unsigned mask = 0;  ///< of the lanes waited for
  std::source_location where;
};
using State = Thread::State;

struct Warp {
  // Two sets of slots in turn: a lane may bring its next value while others still read the last ones, never one further.
  std::array<std::array<Brought, kWarp>, 2> values{};
  std::array<unsigned, kWarp> turn{};
  std::uint64_t epoch = 0;
};

std::string place(const std::source_location& where) {
  const std::string file = where.file_name();
  return file.substr(file.rfind('/') + 1) + ":" + std::to_string(where.line());
}

bool same_place(const std::source_location& a, const std::source_location& b) {
  return a.line() == b.line() && a.column() == b.column() && std::strcmp(a.file_name(), b.file_name()) == 0;
}

class Scheduler {
 public:
  void run(Extent3 grid, Extent3 block, std::size_t smem_bytes, const std::function<void()>& body) {
    grid_ = grid, block_ = block, body_ = &body;
    ++launch_;
    const std::size_t count = std::size_t{block.x} * block.y * block.z;
    while (fibers_.size() < count) {
      fibers_.push_back(std::make_unique<Fiber>([this] { run_thread(); }));
    }
    try {
      for (at_.z = 0; at_.z < grid.z; ++at_.z) {
        for (at_.y = 0; at_.y < grid.y; ++at_.y) {
          for (at_.x = 0; at_.x < grid.x; ++at_.x) run_block(count, smem_bytes);
        }
      }
    } catch (const Fault&) {
      fibers_.clear();  // they stand in the middle of a kernel
      throw;
    }
  }

  void seed(std::uint64_t seed) { order_.seed(seed); }

  bool inside() const { return running_ != nullptr && !scheduling_; }
  unsigned current() const { return current_; }
  Extent3 thread() const { return {current_ % block_.x, current_ / block_.x % block_.y, current_ / block_.x / block_.y}; }
  Extent3 at() const { return at_; }
  Extent3 block() const { return block_; }
  Extent3 grid() const { return grid_; }
  std::uint64_t launch() const { return launch_; }
  std::uint64_t epoch() const { return epoch_; }
  std::uint64_t warp_epoch() const { return warps_[current_ / kWarp].epoch; }
  bool on_stack(const void* address) const { return running_->on_stack(address); }

  void wait_for_block(const std::source_location& where) {
    scheduling_ = true;
    Thread& self = threads_[current_];
    self.state = State::at_block;
    self.where = where;
    ++at_block_;
    if (at_block_ == threads_.size()) {
      check_same_place();
      ++epoch_;
      at_block_ = 0;
      for (unsigned t = 0; t < threads_.size(); ++t) wake(t);
    }
    running_->leave();
  }

  const Brought* meet_in_warp(unsigned mask, const Brought& mine, const std::source_location& where, Orders orders) {
    scheduling_ = true;
    const unsigned lane = current_ % kWarp, first = current_ - lane;
    if ((mask >> lane & 1u) == 0) fail("calls " + place(where) + " with a mask that does not name it");
    Warp& warp = warps_[current_ / kWarp];
    const unsigned turn = warp.turn[lane]++ % 2;
    warp.values[turn][lane] = mine;
    Thread& self = threads_[current_];
    self.state = State::at_warp;
    self.mask = mask;
    self.where = where;
    if (all_met(mask, first, where)) {
      if (orders == Orders::memory) ++warp.epoch;
      for (unsigned m = mask; m != 0; m &= m - 1) wake(first + static_cast<unsigned>(std::countr_zero(m)));
    }
    running_->leave();
    return warp.values[turn].data();
  }

  [[noreturn]] void fail(const std::string& what) {
    scheduling_ = true;
    throw Fault(name_of(current_) + " " + what);
  }

  [[noreturn]] void abandon(const std::string& what) {
    scheduling_ = true;
    fault_ = name_of(current_) + " " + what;
    running_->leave();
    std::abort();  // a failed launch is never resumed
  }

 private:
  void run_thread() {
    try {
      (*body_)();
    } catch (const Fault& fault) {
      fault_ = fault.what();
    }
  }

  void run_block(std::size_t count, std::size_t smem_bytes) {
    start_shared(smem_bytes);
    threads_.assign(count, Thread());
    warps_.assign((count + kWarp - 1) / kWarp, Warp());
    ready_.clear();
    for (unsigned t = 0; t < count; ++t) ready_.push_back(t);
    at_block_ = 0;
    epoch_ = 0;
    fault_.clear();
    while (!ready_.empty()) {
      run_one();
      if (!fault_.empty()) throw Fault(fault_);
    }
    check_all_done();
    if (const std::string broken = broken_shared_bands(); !broken.empty()) throw Fault("block " + name(at_) + ": " + broken);
  }

  void run_one() {
    const std::size_t drawn = order_() % ready_.size();
    current_ = ready_[drawn];
    ready_[drawn] = ready_.back();
    ready_.pop_back();
    Thread& thread = threads_[current_];
    running_ = fibers_[current_].get();
    scheduling_ = false;
    running_->enter();
    running_ = nullptr;
    if (thread.state == State::ready && fault_.empty() && !woken_) thread.state = State::done;
    woken_ = false;
  }

  /// The running thread may wake itself, as the last one to arrive.
  void wake(unsigned t) {
    threads_[t].state = State::ready;
    ready_.push_back(t);
    woken_ = woken_ || t == current_;
  }

  bool all_met(unsigned mask, unsigned first, const std::source_location& where) {
    for (unsigned m = mask; m != 0; m &= m - 1) {
      const unsigned t = first + static_cast<unsigned>(std::countr_zero(m));
      if (t >= threads_.size()) fail("waits at " + place(where) + " for a lane that the block does not have");
      const Thread& other = threads_[t];
      if (other.state != State::at_warp) return false;
      if (other.mask != mask) fail("and " + name_of(t) + " wait at " + place(where) + " with different masks");
      if (!same_place(other.where, where)) fail("waits at " + place(where) + ", but " + name_of(t) + " at " + place(other.where));
    }
    return true;
  }

  void check_same_place() {
    const Thread& self = threads_[current_];
    for (unsigned t = 0; t < threads_.size(); ++t) {
      const std::source_location& other = threads_[t].where;
      if (!same_place(other, self.where))
        fail("waits at the barrier of " + place(self.where) + ", but " + name_of(t) + " at that of " + place(other));
    }
  }

  void check_all_done() const {
    const auto waits = std::find_if(threads_.begin(), threads_.end(), [](const Thread& t) { return t.state != State::done; });
    if (waits == threads_.end()) return;
    const auto waiter = static_cast<unsigned>(waits - threads_.begin());
    std::string text = name_of(waiter) + " waits at " + place(waits->where) + " for ever: ";
    for (unsigned t = 0; t < threads_.size(); ++t) {
      const Thread& other = threads_[t];
      if (other.state == State::done) throw Fault(text + name_of(t) + " has left the kernel");
      if (!same_place(other.where, waits->where)) throw Fault(text + name_of(t) + " waits at " + place(other.where));
    }
    throw Fault(text + "not every thread comes there");
  }

  static std::string name(const Extent3& e) {
    return "(" + std::to_string(e.x) + "," + std::to_string(e.y) + "," + std::to_string(e.z) + ")";
  }
  std::string name_of(unsigned t) const { return "block " + name(at_) + " thread " + std::to_string(t); }

  Extent3 grid_, block_, at_;
  const std::function<void()>* body_ = nullptr;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::vector<unsigned> ready_;
  std::mt19937_64 order_;
  std::size_t at_block_ = 0;
  std::uint64_t epoch_ = 0, launch_ = 0;
  Fiber* running_ = nullptr;
  unsigned current_ = 0;
  bool woken_ = false, scheduling_ = false;  // scheduling: what happens is not the kernel's doing
  std::string fault_;
};

Scheduler& scheduler() {
  static Scheduler one = [] {
    Scheduler fresh;
    const char* given = std::getenv("SYNTHBENCH_TEST_SEED");
    fresh.seed(given != nullptr ? std::strtoull(given, nullptr, 10) : 0);
    return fresh;
  }();
  return one;
}

}  // namespace

void run_grid(Extent3 grid, Extent3 block, std::size_t smem_bytes, const std::function<void()>& body) {
  if (scheduler().inside()) throw Fault("a kernel launches a kernel");
  scheduler().run(grid, block, smem_bytes, body);
  if (const std::string broken = broken_device_bands(); !broken.empty()) throw Fault("the launch made " + broken);
}

void set_schedule_seed(std::uint64_t seed) { scheduler().seed(seed); }
Extent3 this_thread() { return scheduler().thread(); }
Extent3 this_block() { return scheduler().at(); }
Extent3 block_extent() { return scheduler().block(); }
Extent3 grid_extent() { return scheduler().grid(); }
unsigned linear_thread() { return scheduler().current(); }
bool inside_kernel() { return scheduler().inside(); }
std::uint64_t launch_number() { return scheduler().launch(); }
bool on_own_stack(const void* address) { return scheduler().on_stack(address); }
std::uint64_t block_epoch() { return scheduler().epoch(); }
std::uint64_t warp_epoch() { return scheduler().warp_epoch(); }
void wait_for_block(std::source_location where) { scheduler().wait_for_block(where); }
const Brought* meet_in_warp(unsigned mask, const Brought& mine, std::source_location where, Orders orders) {
  return scheduler().meet_in_warp(mask, mine, where, orders);
}
void fail(const std::string& what) { scheduler().fail(what); }
void abandon(const std::string& what) { scheduler().abandon(what); }

}  // namespace synthbench::cuda_on_cpu
