#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/attempt.h"
#include "harness/backstop.h"
#include "harness/peaks.h"
#include "harness/places.h"
#include "harness/plan.h"
#include "harness/process.h"
#include "harness/provenance.h"
#include "harness/stored_plan.h"
#include "harness/supervisor.h"
#include "results/store.h"

namespace synthbench {

/// A cell whose turn has come: its place in the plan, its attempt once it is claimed.
struct Slot {
  PlannedCell planned;
  std::int64_t cell_id = 0;
  std::optional<Attempt> attempt;
  std::unique_ptr<WorkerProcess> worker;
  int lane = 0;       ///< of a training: which of the `jobs` places side by side it has
  bool over = false;  ///< finished, or not ours
};

/// What happens to one cell between the store and its worker: claim -> launch, step until it ends (once or more) -> finish,
/// or abandon at any time. Who comes when is the supervisor's.
class CellRunner {
 public:
  /// interrupted: whether the user has had enough of waiting.
  CellRunner(const Plan& plan, Store& store, const RunOptions& options, const RunEvents& events, std::function<bool()> interrupted);

  /// Stores the plan's sweep and takes over the results that exist already. Returns the sweep's id.
  std::int64_t begin();
  /// The sweep's cells as they are in the store now. Returns how many have no end yet.
  std::int64_t look();
  /// Its id in the store; nothing when it has its end.
  std::optional<std::int64_t> open_cell(const PlannedCell& planned) const { return cells_.open_cell(planned.config_sha, planned.seed); }

  /// What the FLOP/s of a cell will be held against is not known, and this run takes the time to measure it.
  bool needs_peaks(const Slot& slot);
  /// Starts one of the two benchmarks in a slot of its own, on the processors and with the memory that the cell's workers have.
  void launch_peak(Slot& benchmark, const Slot& slot, const char* job);
  /// gemm, copy: what came of both.
  void store_peaks(const Slot& slot, const LaunchResult& gemm, const LaunchResult& copy);

  /// False when there is nothing to launch: an earlier cell ran out of memory with less, or another run was faster.
  bool claim(Slot& slot);
  void launch(Slot& slot, int round);
  /// True when the worker has ended; its launch is then part of the attempt. `stop` asks it to end.
  bool step(Slot& slot, bool stop);
  void finish(Slot& slot);
  /// Gives a claimed cell back. Nothing may be thrown: this runs while another error is on its way out.
  void abandon(Slot& slot, const char* why) noexcept;
  /// After the last cell.
  void tidy() const { places_.tidy(); }
  /// Keeps the claims of this run alive.
  void heartbeat();

  void note(const std::string& text) const;
  std::int64_t failures() const { return failures_; }
  std::int64_t attempts() const { return attempts_; }
  /// Grows whenever something happened to a cell.
  std::int64_t moves() const { return moves_; }

 private:
  using Clock = std::chrono::steady_clock;

  /// The training's own processors where `jobs` run side by side; empty: all of the run's.
  std::vector<int> lane_of(const Slot& slot) const;
  WorkerSetup setup_of(const Slot& slot) const;
  WorkerOrder order_of(const Slot& slot, int round) const;
  double timeout(const Slot& slot) const;
  std::optional<PeakSetting> peak_setting_of(const Slot& slot) const;
  CellNews news(const Slot& slot, const std::string& state) const;
  void tell_progress(Slot& slot);
  /// Another command may keep the database for minutes. A result is worth waiting for.
  template <typename Write>
  auto patiently(const Write& write) const;
  double seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

  const Plan& plan_;
  Store& store_;
  const RunOptions& options_;
  const RunEvents& events_;
  const std::function<bool()> interrupted_;
  Places places_;
  Backstop backstop_;
  CellIndex cells_;
  std::set<std::string> programs_;  ///< that were there when they were needed
  const BuildRow build_;
  const std::string owner_;
  const std::vector<std::vector<int>> lanes_;  ///< no two overlap; empty: workers are not kept apart
  std::optional<PeakBook> peaks_;              ///< once build and machine have their ids
  std::int64_t sweep_ = 0, build_id_ = 0, env_id_ = 0;
  std::int64_t failures_ = 0, attempts_ = 0, finished_here_ = 0, moves_ = 0;
  Clock::time_point started_ = Clock::now(), next_heartbeat_ = Clock::now();
};

}  // namespace synthbench
