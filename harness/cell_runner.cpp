// harness/cell_runner.cpp
// A cell is claimed, launched and finished in the store alone; between those moments nothing of it exists but a lease and a
// worker.
#include "harness/cell_runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/processors.h"
#include "harness/base/units.h"
#include "harness/measure/cell_problem.h"
#include "harness/owner.h"
#include "harness/programs.h"
#include "harness/reproduce.h"

namespace synthbench {
namespace {

constexpr double kLeaseSeconds = 60;
constexpr double kHeartbeatSeconds = 15;
constexpr double kLeastSeconds = 1e-3;        ///< of a launch that nothing of the attempt's time is left for
constexpr double kTrainingGraceSeconds = 10;  ///< to write a checkpoint after SIGTERM

bool is_failure(const std::string& state) { return state == "failed" || state == "oom" || state == "timeout" || state == "crashed"; }

bool is_training(const Config& config) { return config.text("kind") != "speed"; }

std::vector<std::vector<int>> lanes(const RunOptions& options) {
  if (options.jobs < 2) return {};
  return split_processors(options.cpu_affinity.empty() ? allowed_processors() : options.cpu_affinity, options.jobs);
}

}  // namespace

CellRunner::CellRunner(const Plan& plan, Store& store, const RunOptions& options, const RunEvents& events,
                       std::function<bool()> interrupted)
    : plan_(plan),
      store_(store),
      options_(options),
      events_(events),
      interrupted_(std::move(interrupted)),
      places_(options.db_path),
      build_(this_build()),
      owner_(this_owner()),
      lanes_(lanes(options)) {}

template <typename Write>
auto CellRunner::patiently(const Write& write) const {
  for (bool told = false;; told = true) {
    try {
      return write();
    } catch (const DatabaseInUse& error) {
      if (interrupted_()) throw;
      if (!told) note(fmt::format("{}: waiting for it", error.what()));
    }
  }
}

std::int64_t CellRunner::begin() {
  const EnvRow machine = this_machine();
  build_id_ = store_.build_id(build_);
  env_id_ = store_.env_id(machine);
  peaks_.emplace(store_, build_id_, env_id_, options_.force && has_time_for_peaks(plan_.measure));
  sweep_ = store_plan(plan_, store_, options_);
  const ReuseRule rule = {options_.reuse, sha_of(build_), sha_of(machine), way_of_measuring(plan_, options_)};
  if (knows_what_ran_out(options_)) backstop_ = out_of_memory_before(store_, sweep_, rule.build_sha, rule.env_sha, options_.memory_limit);
  if (options_.force) return sweep_;
  const Store::Reused reused = store_.reuse(sweep_, rule);
  if (reused.outdated > 0) {
    note(fmt::format("{} of this sweep's results are of another build or machine, or were measured otherwise: they stay as history",
                     reused.outdated));
  }
  if (reused.cells > 0) note(fmt::format("{} cells have a result already", reused.cells));
  return sweep_;
}

std::int64_t CellRunner::look() {
  patiently([&] { free_claims_of_the_dead(store_, sweep_); });
  cells_.read(store_, sweep_);
  return cells_.open();
}

std::optional<PeakSetting> CellRunner::peak_setting_of(const Slot& slot) const {
  return peak_setting(slot.planned.config, options_.cpu_affinity);
}

bool CellRunner::needs_peaks(const Slot& slot) {
  const auto setting = peak_setting_of(slot);
  return setting && has_time_for_peaks(plan_.measure) && peaks_->is_open(*setting);
}

void CellRunner::launch_peak(Slot& benchmark, const Slot& slot, const char* job) {
  const PeakSetting setting = *peak_setting_of(slot);
  const WorkerOrder order = peak_order(setting, job);
  WorkerSetup setup = setup_of(slot);
  setup.program = peak_program(options_.program_folder);
  benchmark.worker = std::make_unique<WorkerProcess>(order, setup);
}

void CellRunner::store_peaks(const Slot& slot, const LaunchResult& gemm, const LaunchResult& copy) {
  const PeakSetting setting = *peak_setting_of(slot);
  const auto peaks = peaks_of(gemm, copy);
  peaks_->add(setting, peaks);
  const std::string where = fmt::format("{} on {} thread{}", setting.dtype, setting.threads, setting.threads == 1 ? "" : "s");
  if (!peaks) return note("the machine's peaks could not be measured: nothing is held against them (" + where + ")");
  note(fmt::format("this machine's peaks, {}: {} GFLOP/s of a matrix product, {} GB/s of a copy", where,
                   format_number(peaks->flops_per_s * 1e-9, 3), format_number(peaks->bytes_per_s * 1e-9, 3)));
}

bool CellRunner::claim(Slot& slot) {
  slot.over = true;
  if (options_.oom_backstop) {
    if (const auto reason = backstop_.reason(slot.planned.config)) {
      if (!patiently([&] { return store_.mark(slot.cell_id, "oom", *reason); })) return false;
      ++moves_;
      cells_.close(slot.planned.config_sha, slot.planned.seed);
      CellNews told = news(slot, "oom");
      told.reason = *reason;
      if (events_.finished) events_.finished(told);
      return false;
    }
  }
  const std::string command = reproduce_command(slot.planned.config, slot.planned.seed, plan_, options_.grid_path);
  auto claimed = patiently([&] { return store_.claim(slot.cell_id, owner_, kLeaseSeconds, build_id_, env_id_, command); });
  if (!claimed) return false;
  slot.attempt.emplace(std::move(*claimed), plan_.measure);
  slot.over = false;
  ++attempts_;
  ++moves_;
  if (events_.started) events_.started(news(slot, "running"));
  return true;
}

double CellRunner::timeout(const Slot& slot) const {
  constexpr double kSpeedSeconds = 600;
  if (plan_.measure.timeout >= 0) return plan_.measure.timeout;
  return is_training(slot.planned.config) ? 0 : kSpeedSeconds;
}

std::vector<int> CellRunner::lane_of(const Slot& slot) const {
  const Config& config = slot.planned.config;
  if (lanes_.empty() || !is_training(config)) return {};
  const std::vector<int>& lane = lanes_.at(static_cast<std::size_t>(slot.lane));
  return config.integer("threads") > std::ssize(lane) ? std::vector<int>() : lane;  // it asks for more than its share
}

WorkerSetup CellRunner::setup_of(const Slot& slot) const {
  WorkerSetup setup;
  setup.program = worker_program(slot.attempt->config(), options_.program_folder);
  setup.log_path = places_.log_of(slot.attempt->cell());
  setup.cpu_affinity = lane_of(slot);
  if (setup.cpu_affinity.empty()) setup.cpu_affinity = options_.cpu_affinity;
  setup.memory_limit = options_.memory_limit;
  setup.priority = options_.priority;
  if (const double limit = timeout(slot); limit > 0) setup.timeout = std::max(limit - slot.attempt->seconds(), kLeastSeconds);
  if (is_training(slot.attempt->config())) setup.grace = kTrainingGraceSeconds;
  return setup;
}

WorkerOrder CellRunner::order_of(const Slot& slot, int round) const {
  const Config& config = slot.attempt->config();
  WorkerOrder order;
  order.config = config;
  order.seed = slot.attempt->cell().seed;
  order.measure = plan_.measure;
  order.launch = round;
  order.gate = plan_.measure.gate && round == 0;
  order.memory_limit = options_.memory_limit;
  order.supervisor = ::getpid();
  order.launched_at = steady_seconds();
  if (is_training(config)) order.artifact_folder = places_.artifacts_of(slot.attempt->cell());
  if (is_training(config) && options_.jobs > 1 && config.integer("threads") == 0) {
    const auto lane = static_cast<int>(lane_of(slot).size());
    order.threads = lane > 0 ? lane : std::max(1, threads_of(config) / options_.jobs);
  }
  return order;
}

void CellRunner::launch(Slot& slot, int round) {
  const WorkerSetup setup = setup_of(slot);
  if (exists(setup.program)) {
    programs_.insert(setup.program);
  } else if (programs_.contains(setup.program)) {
    throw UserError(setup.program + " is gone, as during a build: the same command continues when it is back");
  } else {
    slot.attempt->end({"unsupported", "needs synthbench-torch, which is not here: build with SYNTHBENCH_TORCH=ON", "program"});
    return;
  }
  slot.worker = std::make_unique<WorkerProcess>(order_of(slot, round), setup);
}

bool CellRunner::step(Slot& slot, bool stop) {
  WorkerProcess& worker = *slot.worker;
  if (stop) worker.stop();
  const bool ended = worker.step();
  tell_progress(slot);
  if (!ended) return false;
  const Expectations expected = {build_.source_sha, options_.memory_limit, timeout(slot)};
  const Verdict verdict = judge(worker.result(), slot.attempt->config(), expected);
  if (verdict.error_class == "build") {
    throw UserError(setup_of(slot).program +
                    " is of another build than this program, as after a build while it runs: build both; the same command continues");
  }
  slot.attempt->add(std::move(worker.result()), verdict);
  slot.worker.reset();
  return true;
}

void CellRunner::finish(Slot& slot) {
  slot.over = true;
  Attempt& attempt = *slot.attempt;
  Json facts = volatile_facts();
  facts["measure"] = way_of_measuring(plan_, options_);
  facts["memory_limit"] = options_.memory_limit;
  if (const std::vector<int> lane = lane_of(slot); !lane.empty()) facts["processors"] = lane;
  facts["seconds"] = attempt.seconds();
  facts["start_up_seconds"] = attempt.start_up_seconds();
  if (const auto setting = peak_setting_of(slot)) {
    if (const auto peaks = peaks_->find(*setting)) facts["peaks"] = to_json(*setting, *peaks);
  }
  AttemptResult result = attempt.result(places_.keep_log_of(attempt.cell()), std::move(facts));
  for (ArtifactRow& artifact : result.artifacts) artifact.path = places_.relative(artifact.path);
  const bool stored = patiently([&] { return store_.finish(attempt.cell(), owner_, result); });
  if (!stored) return note(fmt::format("cell {} was taken over by another run: this result is dropped", slot.cell_id));
  cells_.close(slot.planned.config_sha, slot.planned.seed);
  ++finished_here_;
  if (is_failure(result.outcome)) ++failures_;
  if (result.outcome == "oom") backstop_.add(slot.planned.config, slot.cell_id);
  CellNews told = news(slot, result.outcome);
  told.reason = result.reason;
  told.seconds = attempt.seconds();
  told.metrics = &result.metrics;
  for (const MetricRow& metric : result.metrics) {
    if (metric.name == "median" && (told.median < 0 || metric.signature.empty())) told.median = metric.value;
  }
  if (events_.finished) events_.finished(told);
}

void CellRunner::abandon(Slot& slot, const char* why) noexcept {
  slot.worker.reset();
  if (!slot.attempt || slot.over) return;
  slot.over = true;
  try {
    places_.keep_log_of(slot.attempt->cell());
    store_.abandon(slot.attempt->cell(), owner_, why);
  } catch (const std::exception&) {
    // the lease runs out, and the next run sees that this process is gone
  }
}

void CellRunner::heartbeat() {
  if (Clock::now() < next_heartbeat_) return;
  double pause = kHeartbeatSeconds;
  try {
    store_.heartbeat(owner_, kLeaseSeconds);
  } catch (const DatabaseInUse&) {
    pause = kHeartbeatSeconds / 3;
  }
  next_heartbeat_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(pause));
}

void CellRunner::note(const std::string& text) const {
  if (events_.note) events_.note(text);
}

CellNews CellRunner::news(const Slot& slot, const std::string& state) const {
  CellNews told;
  told.total = cells_.total();
  told.number = told.total - cells_.open() + (state == "running" ? 1 : 0);
  told.cell_id = slot.cell_id;
  told.ordinal = slot.planned.ordinal;
  told.seed = slot.planned.seed;
  told.config = &slot.planned.config;
  told.state = state;
  if (finished_here_ > 0) told.seconds_left = seconds() / static_cast<double>(finished_here_) * static_cast<double>(cells_.open());
  return told;
}

void CellRunner::tell_progress(Slot& slot) {
  for (const Json& record : slot.worker->take_progress()) {
    if (events_.progress) events_.progress(news(slot, "running"), record.value("step", 0), record.value("of", 0), record.value("text", ""));
  }
}

}  // namespace synthbench
