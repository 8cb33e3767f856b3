// harness/supervisor.cpp
// A sweep from its plan to its end: who may run which cell when. Each cell is claimed, launched and finished in the store
// alone; between those moments nothing of it exists but a lease and a worker.
//
//   store the plan -> reuse -> [ group by group: lock the device, claim, launch, judge, finish ] -> wait for others -> checkpoint
#include "harness/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <random>
#include <unordered_map>

#include "harness/aggregate.h"
#include "harness/attempt.h"
#include "harness/backstop.h"
#include "harness/base/error.h"
#include "harness/device_lock.h"
#include "harness/groups.h"
#include "harness/measure/cell_problem.h"
#include "harness/owner.h"
#include "harness/places.h"
#include "harness/process.h"
#include "harness/programs.h"
#include "harness/provenance.h"
#include "harness/reproduce.h"
#include "harness/stop_signal.h"
#include "harness/stored_plan.h"

namespace synthbench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kLeaseSeconds = 60;
constexpr double kHeartbeatSeconds = 15;
constexpr double kLookAgainSeconds = 0.2;
constexpr double kTrainingGraceSeconds = 10;  ///< to write a checkpoint after SIGTERM

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

bool is_failure(const std::string& state) { return state == "failed" || state == "oom" || state == "timeout" || state == "crashed"; }

/// A cell of the group that is running: its place in the plan, its attempt once it is claimed.
struct Slot {
  PlannedCell planned;
  std::int64_t cell_id = 0;
  std::optional<Attempt> attempt;
  std::unique_ptr<WorkerProcess> worker;
  bool over = false;  ///< finished, or not ours
};

class Supervisor {
 public:
  Supervisor(const Plan& plan, Store& store, const RunOptions& options, const RunEvents& events)
      : plan_(plan), store_(store), options_(options), events_(events), lock_("cpu"), places_(options.db_path) {
    if (options_.fail_fast) options_.max_failures = 1;
    if (options_.order_seed == 0) options_.order_seed = std::random_device{}();
  }

  RunSummary run();

 private:
  bool stopped() const { return signal_.received() != 0 || (options_.max_failures > 0 && failures_ >= options_.max_failures); }
  void note(const std::string& text) const {
    if (events_.note) events_.note(text);
  }

  void run_group(const Group& group);
  void take_turns(std::vector<Slot>& slots);
  void train(std::vector<Slot>& slots);
  bool lock_device(DeviceLock::Mode mode);
  bool claim(Slot& slot);
  void launch(Slot& slot, int round);
  bool step(Slot& slot);
  void finish(Slot& slot);
  void abandon(Slot& slot) noexcept;
  void rest(double seconds);
  void wait_for(const std::vector<Slot*>& working);
  void heartbeat();
  CellNews news(const Slot& slot, const std::string& state) const;
  double timeout(const Slot& slot) const;
  void tell_progress(Slot& slot);

  const Plan& plan_;
  Store& store_;
  RunOptions options_;
  const RunEvents& events_;
  StopSignal signal_;
  DeviceLock lock_;
  Places places_;
  Backstop backstop_;
  CellIndex cells_;
  const BuildRow build_ = this_build();
  const std::string owner_ = this_owner();
  std::int64_t sweep_ = 0, build_id_ = 0, env_id_ = 0;
  std::int64_t failures_ = 0, attempts_ = 0, finished_here_ = 0, moves_ = 0;
  Clock::time_point started_ = Clock::now(), last_heartbeat_ = Clock::now();
};

RunSummary Supervisor::run() {
  build_id_ = store_.build_id(build_);
  env_id_ = store_.env_id(this_machine());
  sweep_ = store_plan(plan_, store_, options_);
  const std::int64_t reused = options_.force ? 0 : store_.reuse(sweep_, build_id_, env_id_, options_.reuse);
  if (reused > 0) note(fmt::format("{} cells have a result already", reused));

  std::vector<Group> groups;
  bool waiting = false;
  while (!stopped()) {
    free_claims_of_the_dead(store_, sweep_);
    cells_.read(store_, sweep_);
    if (cells_.open() == 0) break;
    if (groups.empty()) groups = group_cells(plan_, options_.order, options_.order_seed);
    const std::int64_t before = moves_;
    for (const Group& group : groups) {
      if (stopped()) break;
      run_group(group);
    }
    if (moves_ > before) continue;
    if (!std::exchange(waiting, true)) note("another run has the remaining cells: waiting for it");
    rest(kLookAgainSeconds);
  }
  store_.checkpoint();
  RunSummary summary;
  summary.sweep = sweep_;
  summary.states = count_states(store_, sweep_);
  summary.attempts = attempts_;
  summary.signal = signal_.received();
  return summary;
}

void Supervisor::run_group(const Group& group) {
  std::vector<Slot> slots;
  for (const PlannedPlace& place : group.cells) {
    PlannedCell planned = plan_.cell(place.index);
    const auto id = cells_.open_cell(planned.config_sha, planned.seed);
    if (!id) continue;
    Slot& slot = slots.emplace_back();
    slot.planned = std::move(planned);
    slot.cell_id = *id;
  }
  if (slots.empty()) return;
  try {
    group.training ? train(slots) : take_turns(slots);
  } catch (...) {
    for (Slot& slot : slots) abandon(slot);
    throw;
  }
  for (Slot& slot : slots) abandon(slot);  // what a signal, or one failure too many, left unfinished
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
      if (slot.attempt || claim(slot)) {
        launch(slot, round);
        while (slot.worker && !step(slot)) wait_for({&slot});
      }
      lock_.unlock();
      if (signal_.received() != 0) return;
      if (slot.attempt && !slot.over && (slot.attempt->over() || round + 1 == plan_.measure.launches)) finish(slot);
    }
  }
}

/// Trainings share the device: up to `jobs` of them at a time.
void Supervisor::train(std::vector<Slot>& slots) {
  std::vector<Slot*> working;
  auto next = slots.begin();
  for (;;) {
    while (!stopped() && next != slots.end() && std::ssize(working) < options_.jobs) {
      if (working.empty() && !lock_device(DeviceLock::Mode::shared)) return;
      Slot& slot = *next++;
      if (!claim(slot)) continue;
      launch(slot, 0);
      working.push_back(&slot);
    }
    if (working.empty()) break;
    wait_for(working);
    std::erase_if(working, [&](Slot* slot) {
      if (slot->worker && !step(*slot)) return false;
      if (signal_.received() == 0) finish(*slot);
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
    if (signal_.received() != 0) {
      lock_.unlock();
      return false;
    }
    if (!told && seconds_since(start) > kPatienceSeconds) {
      note("waiting for the device: another run is measuring on it");
      told = true;
    }
    rest(kTurnSeconds);
  }
  return true;
}

/// False when there is nothing to launch: the backstop speaks, or another supervisor was faster.
bool Supervisor::claim(Slot& slot) {
  slot.over = true;
  if (options_.oom_backstop) {
    if (const auto reason = backstop_.reason(slot.planned.config)) {
      store_.mark(slot.cell_id, "oom", *reason);
      ++moves_;
      cells_.close(slot.planned.config_sha, slot.planned.seed);
      CellNews told = news(slot, "oom");
      told.reason = *reason;
      if (events_.finished) events_.finished(told);
      return false;
    }
  }
  const std::string command = reproduce_command(slot.planned.config, slot.planned.seed, plan_, options_.grid_path);
  auto claimed = store_.claim(slot.cell_id, owner_, kLeaseSeconds, build_id_, env_id_, command);
  if (!claimed) return false;
  slot.attempt.emplace(std::move(*claimed), plan_.measure);
  slot.over = false;
  ++attempts_;
  ++moves_;
  if (events_.started) events_.started(news(slot, "running"));
  return true;
}

double Supervisor::timeout(const Slot& slot) const {
  constexpr double kSpeedSeconds = 600;
  if (plan_.measure.timeout >= 0) return plan_.measure.timeout;
  return slot.planned.config.text("kind") == "speed" ? kSpeedSeconds : 0;
}

void Supervisor::launch(Slot& slot, int round) {
  const Config& config = slot.attempt->config();
  WorkerSetup setup;
  setup.program = worker_program(config, options_.program_folder);
  if (!exists(setup.program)) {
    slot.attempt->end({"unsupported", "needs synthbench-torch, which is not here: build with SYNTHBENCH_TORCH=ON", "program"});
    return;
  }
  setup.log_path = places_.log_of(slot.attempt->cell());
  setup.cpu_affinity = options_.cpu_affinity;
  setup.priority = options_.priority;
  setup.timeout = timeout(slot);
  const bool training = config.text("kind") != "speed";
  if (training) setup.grace = kTrainingGraceSeconds;
  WorkerOrder order;
  order.config = config;
  order.seed = slot.attempt->cell().seed;
  order.measure = plan_.measure;
  order.launch = round;
  order.gate = plan_.measure.gate && round == 0;
  order.memory_limit = options_.memory_limit;
  order.supervisor = ::getpid();
  if (training) order.artifact_folder = places_.artifacts_of(slot.attempt->cell());
  if (training && options_.jobs > 1 && config.integer("threads") == 0) order.threads = std::max(1, threads_of(config) / options_.jobs);
  slot.worker = std::make_unique<WorkerProcess>(order, setup);
}

/// True when the worker has ended; its launch is then part of the attempt.
bool Supervisor::step(Slot& slot) {
  WorkerProcess& worker = *slot.worker;
  if (signal_.received() != 0) worker.stop();
  const bool ended = worker.step();
  tell_progress(slot);
  if (!ended) return false;
  const Expectations expected = {build_.source_sha, options_.memory_limit, timeout(slot)};
  const Verdict verdict = judge(worker.result(), slot.attempt->config(), expected);
  slot.attempt->add(std::move(worker.result()), verdict);
  slot.worker.reset();
  return true;
}

void Supervisor::finish(Slot& slot) {
  slot.over = true;
  Attempt& attempt = *slot.attempt;
  Json facts = volatile_facts();
  facts["measure"] = to_json(plan_.measure);
  AttemptResult result = attempt.result(places_.keep_log_of(attempt.cell()), std::move(facts));
  for (ArtifactRow& artifact : result.artifacts) artifact.path = places_.relative(artifact.path);
  const bool stored = store_.finish(attempt.cell(), owner_, result);
  if (!stored) return note(fmt::format("cell {} was taken over by another run: this result is dropped", slot.cell_id));
  cells_.close(slot.planned.config_sha, slot.planned.seed);
  ++finished_here_;
  if (is_failure(result.outcome)) ++failures_;
  if (result.outcome == "oom") backstop_.add(slot.planned.config, slot.cell_id);
  CellNews told = news(slot, result.outcome);
  told.reason = result.reason;
  told.seconds = attempt.seconds();
  for (const MetricRow& metric : result.metrics) {
    if (metric.name == "median" && metric.signature.empty()) told.median = metric.value;
  }
  if (events_.finished) events_.finished(told);
}

/// Gives a claimed cell back. Nothing may be thrown: this runs while another error is on its way out.
void Supervisor::abandon(Slot& slot) noexcept {
  slot.worker.reset();
  if (!slot.attempt || slot.over) return;
  slot.over = true;
  try {
    places_.keep_log_of(slot.attempt->cell());
    store_.abandon(slot.attempt->cell(), owner_, signal_.received() != 0 ? "interrupted" : "the run stopped");
  } catch (const std::exception&) {
    // the lease runs out, and the next run sees that this process is gone
  }
}

/// Sleeps, wakes for signals, keeps leases alive.
void Supervisor::rest(double seconds) {
  const auto start = Clock::now();
  double left = seconds;
  do {
    pollfd wake{signal_.wake_fd(), POLLIN, 0};
    const bool told_to_stop = signal_.received() != 0;  // the pipe stays readable
    if (!told_to_stop) ::poll(&wake, 1, static_cast<int>(std::min(left, 1.0) * 1000) + 1);
    heartbeat();
    left = seconds - seconds_since(start);
  } while (left > 0 && signal_.received() == 0);
}

/// Until a worker has something to say, or its clock.
void Supervisor::wait_for(const std::vector<Slot*>& working) {
  constexpr double kLongest = 0.25, kEnding = 0.001;
  double patience = kLongest;
  std::vector<pollfd> watched;
  if (signal_.received() == 0) watched.push_back({signal_.wake_fd(), POLLIN, 0});
  for (const Slot* slot : working) {
    if (!slot->worker) return;
    const int fd = slot->worker->record_fd();
    if (fd < 0) patience = kEnding;  // it has closed its pipe and is about to end
    if (fd >= 0) watched.push_back({fd, POLLIN, 0});
    patience = std::min(patience, slot->worker->patience());
  }
  ::poll(watched.data(), watched.size(), static_cast<int>(patience * 1000) + 1);
  heartbeat();
}

void Supervisor::heartbeat() {
  if (seconds_since(last_heartbeat_) < kHeartbeatSeconds) return;
  store_.heartbeat(owner_, kLeaseSeconds);
  last_heartbeat_ = Clock::now();
}

CellNews Supervisor::news(const Slot& slot, const std::string& state) const {
  CellNews told;
  told.total = cells_.total();
  told.number = told.total - cells_.open() + (state == "running" ? 1 : 0);
  told.cell_id = slot.cell_id;
  told.ordinal = slot.planned.ordinal;
  told.seed = slot.planned.seed;
  told.config = &slot.planned.config;
  told.state = state;
  if (finished_here_ > 0)
    told.seconds_left = seconds_since(started_) / static_cast<double>(finished_here_) * static_cast<double>(cells_.open());
  return told;
}

void Supervisor::tell_progress(Slot& slot) {
  for (const Json& record : slot.worker->take_progress()) {
    if (events_.progress) events_.progress(news(slot, "running"), record.value("step", 0), record.value("of", 0), record.value("text", ""));
  }
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
