// harness/supervisor.cpp
// A sweep from its plan to its end: who may run which cell when. Each cell is claimed, launched and finished in the store
// alone; between those moments nothing of it exists but a lease and a worker.
//
//   store the plan -> reuse -> [ group by group: lock the device, claim, launch, judge, finish ] -> wait for others -> checkpoint
#include "harness/supervisor.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "harness/cell_runner.h"
#include "harness/device_lock.h"
#include "harness/groups.h"
#include "harness/stop_signal.h"
#include "harness/stored_plan.h"

namespace synthbench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLookAgainSeconds = 0.2;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

RunOptions decided(RunOptions options) {
  if (options.fail_fast) options.max_failures = 1;
  if (options.order_seed == 0) options.order_seed = std::random_device{}();
  return options;
}

/// The first place beside those at work.
int free_lane(const std::vector<Slot*>& working) {
  int lane = 0;
  while (std::any_of(working.begin(), working.end(), [&](const Slot* slot) { return slot->lane == lane; })) ++lane;
  return lane;
}

class Supervisor {
 public:
  Supervisor(const Plan& plan, Store& store, const RunOptions& options, const RunEvents& events)
      : plan_(plan),
        store_(store),
        options_(decided(options)),
        cells_(plan, store, options_, events, [this] { return interrupted(); }),
        lock_("cpu") {}

  RunSummary run();

 private:
  bool interrupted() const { return signal_.received() != 0; }
  bool stopped() const { return interrupted() || (options_.max_failures > 0 && cells_.failures() >= options_.max_failures); }
  void run_all();
  void run_group(Group& group);
  void take_turns(std::vector<Slot>& slots);
  void measure_peaks(const Slot& slot);
  void train(std::vector<Slot>& slots);
  bool lock_device(DeviceLock::Mode mode);
  void abandon(std::vector<Slot>& slots) noexcept;
  void rest(double seconds);
  void wait_for(const std::vector<Slot*>& working);

  const Plan& plan_;
  Store& store_;
  const RunOptions options_;
  CellRunner cells_;
  StopSignal signal_;
  DeviceLock lock_;
};

RunSummary Supervisor::run() {
  RunSummary summary;
  summary.sweep = cells_.begin();
  run_all();
  cells_.tidy();
  store_.checkpoint();
  summary.states = count_states(store_, summary.sweep);
  summary.attempts = cells_.attempts();
  summary.signal = signal_.received();
  return summary;
}

/// Until every cell has its end, whoever gives it one.
void Supervisor::run_all() {
  std::vector<Group> groups;
  bool waiting = false;
  while (!stopped() && cells_.look() > 0) {
    if (groups.empty()) groups = group_cells(plan_, options_.order, options_.order_seed);
    const std::int64_t before = cells_.moves();
    for (Group& group : groups) {
      if (stopped()) break;
      run_group(group);
    }
    std::erase_if(groups, [](const Group& group) { return group.cells.empty(); });
    if (cells_.moves() > before) continue;
    if (!std::exchange(waiting, true)) cells_.note("another run has the remaining cells: waiting for it");
    rest(kLookAgainSeconds);
  }
}

/// What has its end leaves the group: while this run waits for another one, it does not walk through the whole plan again and again.
void Supervisor::run_group(Group& group) {
  std::vector<Slot> slots;
  std::erase_if(group.cells, [&](const PlannedPlace& place) {
    PlannedCell planned = plan_.cell(place.index);
    const auto id = cells_.open_cell(planned);
    if (!id) return true;
    Slot& slot = slots.emplace_back();
    slot.planned = std::move(planned);
    slot.cell_id = *id;
    return false;
  });
  if (slots.empty()) return;
  try {
    group.training ? train(slots) : take_turns(slots);
  } catch (...) {
    abandon(slots);
    throw;
  }
  abandon(slots);  // what a signal, or one failure too many, left unfinished
}

/// Speed cells: one launch of each, then the next launch of each, so that slow drifts of the machine meet all of them alike.
void Supervisor::take_turns(std::vector<Slot>& slots) {
  std::mt19937_64 draw(options_.order_seed);
  for (int round = 0; round < plan_.measure.launches; ++round) {
    if (options_.order == RunOptions::Order::random) std::shuffle(slots.begin(), slots.end(), draw);
    for (Slot& slot : slots) {
      if (slot.over) continue;
      if (options_.delay > 0) rest(options_.delay);
      if (stopped() || !lock_device(DeviceLock::Mode::exclusive)) return;
      if (slot.attempt || cells_.claim(slot)) {
        measure_peaks(slot);
        if (!interrupted()) cells_.launch(slot, round);
        while (slot.worker && !cells_.step(slot, interrupted())) wait_for({&slot});
      }
      lock_.unlock();
      if (interrupted()) return;
      if (slot.attempt && !slot.over && (slot.attempt->over() || round + 1 == plan_.measure.launches)) cells_.finish(slot);
    }
  }
}

/// Once for a machine, build, dtype and number of threads, under the cell's lock of the device.
void Supervisor::measure_peaks(const Slot& slot) {
  if (!cells_.needs_peaks(slot)) return;
  LaunchResult results[2];
  for (const int k : {0, 1}) {
    Slot benchmark;
    cells_.launch_peak(benchmark, slot, k == 0 ? "peak_gemm" : "peak_copy");
    while (!benchmark.worker->step()) {
      if (interrupted()) benchmark.worker->stop();
      wait_for({&benchmark});
    }
    results[k] = std::move(benchmark.worker->result());
    if (interrupted()) return;
  }
  cells_.store_peaks(slot, results[0], results[1]);
}

/// Trainings share the device: up to `jobs` of them at a time.
void Supervisor::train(std::vector<Slot>& slots) {
  std::vector<Slot*> working;
  auto next = slots.begin();
  for (;;) {
    while (!stopped() && next != slots.end() && std::ssize(working) < options_.jobs) {
      if (working.empty() && !lock_device(DeviceLock::Mode::shared)) return;
      if (!working.empty() && lock_.is_wanted()) break;  // those at work end, then a speed launch has its turn
      Slot& slot = *next++;
      if (!cells_.claim(slot)) {
        if (working.empty()) lock_.unlock();  // held with nothing to run, it would keep a speed launch from its turn
        continue;
      }
      slot.lane = free_lane(working);
      cells_.launch(slot, 0);
      working.push_back(&slot);
    }
    if (working.empty()) break;
    wait_for(working);
    std::erase_if(working, [&](Slot* slot) {
      const bool stop = stopped();
      if (slot->worker && !cells_.step(*slot, stop)) return false;
      if (!stop) cells_.finish(*slot);
      return true;
    });
    if (working.empty()) lock_.unlock();  // a speed launch may be waiting
  }
}

/// Claims and leases go on while somebody else has the device.
bool Supervisor::lock_device(DeviceLock::Mode mode) {
  constexpr double kTurnSeconds = 0.01, kPatienceSeconds = 1;
  const auto start = Clock::now();
  bool told = false;
  while (!lock_.try_lock(mode)) {
    if (interrupted()) {
      lock_.unlock();
      return false;
    }
    if (!told && seconds_since(start) > kPatienceSeconds) {
      cells_.note("waiting for the device: another run is measuring on it");
      told = true;
    }
    rest(kTurnSeconds);
  }
  return true;
}

void Supervisor::abandon(std::vector<Slot>& slots) noexcept {
  for (Slot& slot : slots) cells_.abandon(slot, interrupted() ? "interrupted" : "the run stopped");
}

/// Sleeps, wakes for signals, keeps leases alive.
void Supervisor::rest(double seconds) {
  const auto start = Clock::now();
  double left = seconds;
  do {
    pollfd wake{signal_.wake_fd(), POLLIN, 0};
    if (!interrupted()) ::poll(&wake, 1, static_cast<int>(std::min(left, 1.0) * 1000) + 1);
    cells_.heartbeat();
    left = seconds - seconds_since(start);
  } while (left > 0 && !interrupted());
}

/// Until a worker has something to say, or its clock.
void Supervisor::wait_for(const std::vector<Slot*>& working) {
  constexpr double kLongest = 0.25, kEnding = 0.001;
  double patience = kLongest;
  std::vector<pollfd> watched;
  if (!interrupted()) watched.push_back({signal_.wake_fd(), POLLIN, 0});
  for (const Slot* slot : working) {
    if (!slot->worker) return;
    const int fd = slot->worker->record_fd();
    if (fd < 0) patience = kEnding;  // it has closed its pipe and is about to end
    if (fd >= 0) watched.push_back({fd, POLLIN, 0});
    patience = std::min(patience, slot->worker->patience());
  }
  ::poll(watched.data(), watched.size(), static_cast<int>(patience * 1000) + 1);
  cells_.heartbeat();
}

}  // namespace

int RunSummary::exit_code() const {
  const auto count = [this](const char* state) {
    const auto found = states.find(state);
    return found == states.end() ? std::int64_t{0} : found->second;
  };
  if (signal != 0) return 128 + signal;
  if (count("failed") + count("oom") + count("timeout") + count("crashed") > 0) return 3;
  return count("done") + count("reused") == 0 ? 5 : 0;
}

RunSummary run_plan(const Plan& plan, Store& store, const RunOptions& options, const RunEvents& events) {
  return Supervisor(plan, store, options, events).run();
}

}  // namespace synthbench
