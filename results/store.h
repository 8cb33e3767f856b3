#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "results/database_in_use.h"

namespace synthbench {

struct BuildRow {  ///< columns of table build; build_sha is computed
  std::string source_sha{}, compiler{}, build_type{}, flags{}, tool_version{}, git_sha{}, diff_sha{};
  Json libs = Json::object();
  bool dirty = false;
};
struct EnvRow {  ///< columns of table env; env_sha is computed
  std::string host{}, os{}, cpu{}, device{}, device_uuid{}, driver{}, runtime{};
  std::int64_t cores = 0, ram_bytes = 0, device_mem_bytes = 0;
};
std::string sha_of(const BuildRow& build);
std::string sha_of(const EnvRow& env);

struct CellRow {  ///< one planned cell, as add_sweep stores it
  Json config;    ///< flat, resolved
  std::string config_sha{};
  std::int64_t seed = 0, ordinal = 0, params = 0, flops = 0;
  std::string state = "pending";  ///< "pending" or "excluded"
  std::string reason{};
};

struct MetricRow {
  std::string name{}, signature{}, unit{}, better = "none";  ///< better: higher, lower, none
  std::string split{};
  std::int64_t step = -1;  ///< -1: final
  double value = 0;        ///< may be NaN or infinite: stored as a kind
  std::optional<std::int64_t> n{};
  std::optional<double> ci_lo{}, ci_hi{};
};
struct SampleRow {
  std::string phase{}, cache{}, clock{};  ///< first|warmup|measure, cold|hot, wall|cuda_event|cpu
  std::int64_t round = 0, idx = 0, inner_iters = 1, total_ns = 0;
  std::optional<std::int64_t> sm_mhz{};
  std::string discarded{};
};
struct CheckRow {
  std::string ref_backend{}, ref_dtype{}, tensor{}, measure{}, detail{};
  double value = 0, tol = 0;  ///< NaN value: stored as NULL
  bool passed = false;
  std::int64_t input_seed = 0;
};
struct ArtifactRow {
  std::string name{}, path{}, sha256{};
  std::int64_t bytes = 0;
};
struct ExampleScoreRow {  ///< one example's own score, by a metric that may lack a row of its own
  std::string name{}, signature{};
  std::string split{};
  std::int64_t example = 0;  ///< from 1, in the order of the split
  double value = 0;          ///< finite
};

/// Everything that one attempt leaves behind.
struct AttemptResult {
  std::string outcome{};  ///< done, failed, oom, timeout, crashed, unsupported, abandoned
  std::string reason{};   ///< of the cell: one line; empty when done
  std::string error_class{};
  std::optional<int> exit_code{}, term_signal{};
  std::string log_path{}, kernel{}, kernel_label{};
  Json volatile_facts = Json::object();
  std::optional<std::int64_t> peak_rss_bytes{}, peak_dev_bytes{}, first_call_ns{};
  bool noisy = false;
  std::vector<MetricRow> metrics{};
  std::vector<SampleRow> samples{};
  std::vector<CheckRow> checks{};
  std::vector<ArtifactRow> artifacts{};
  std::vector<ExampleScoreRow> examples{};
};

struct ClaimedCell {
  std::int64_t cell_id = 0, attempt_id = 0, ordinal = 0, seed = 0, n = 0;  ///< n: the attempt's number within the cell
  std::string attempt_uid{}, config_sha{};
  Json config;
};

/// Which earlier results count for a cell.
enum class Reuse : std::uint8_t { automatic, same_build, any_build, never };

/// The same, with what a result has to be equal to.
struct ReuseRule {
  Reuse how = Reuse::automatic;
  std::string build_sha{}, env_sha{};  ///< of the program and the machine that ask
  Json measure = Json::object();       ///< how they would measure: volatile_facts["measure"] of an attempt; timeout aside
};

struct ExchangeLine;  // results/exchange.h

inline constexpr double kBusyTimeout = 30;  ///< seconds that a writer waits for others before it gives up

/// An older file that became one of the current version.
struct Migrated {
  std::int64_t from = 0, to = 0;
  std::string backup{};  ///< the file as it was
};

/// The results database: the only folder that speaks SQLite. Every method that writes takes the flock on PATH.lock and
/// BEGIN IMMEDIATE, and waits for other writers up to the busy timeout; full disk and read-only place are
/// UserError, a locked file is DatabaseInUse. One thread at a time; never across a fork.
class Store {
 public:
  /// Creates or migrates under the lock, the latter after a backup. Refuses foreign files, newer versions and network file systems.
  static std::unique_ptr<Store> open_to_write(const std::string& path, double busy_timeout_s = kBusyTimeout);
  /// Never creates; a path that does not exist is a UserError that names it.
  static std::unique_ptr<Store> open_to_read(const std::string& path);
  virtual ~Store() = default;

  std::optional<Migrated> migrated{};  ///< what opening did to a file of an older version

  virtual std::int64_t build_id(const BuildRow& build) = 0;  ///< inserts when new
  virtual std::int64_t env_id(const EnvRow& env) = 0;

  struct SweepRow {
    std::string name, spec_toml, plan_sha;
    Json argv = Json::array();
  };
  /// Stores the plan in one transaction, or finds the same (name, plan_sha). Returns the sweep's id.
  /// cell: the cell at 0 <= index < count, asked for once each in order, so that a large plan never lies in memory.
  virtual std::int64_t add_sweep(const SweepRow& sweep, std::int64_t count, const std::function<CellRow(std::int64_t)>& cell) = 0;
  std::int64_t add_sweep(const SweepRow& sweep, const std::vector<CellRow>& cells) {
    return add_sweep(sweep, std::ssize(cells), [&](std::int64_t index) { return cells[static_cast<std::size_t>(index)]; });
  }
  struct Reused {
    std::int64_t cells = 0;     ///< that got a result which was there already
    std::int64_t outdated = 0;  ///< cells of the sweep whose own result does not count by the rule, before that
  };
  /// Gives pending cells of the sweep the latest result that counts for their config and seed, of this sweep (then they are done)
  /// or another (reused): speed cells need the same build (unless any_build), env and measure settings; training cells any (unless
  /// same_build); `never` takes results of the sweep itself alone. Finished cells whose own result does not count by the same rule
  /// (an edited program, another machine, more launches) become pending first; their attempts stay, and count again when they
  /// are asked for.
  virtual Reused reuse(std::int64_t sweep, const ReuseRule& rule) = 0;
  struct SeededConfig {
    std::string config_sha{};
    std::int64_t seed = 0;
  };
  /// The same question without writing, for `plan`: what has a result that counts. sweep: nullopt where it is not stored yet.
  virtual std::vector<SeededConfig> results_that_count(std::optional<std::int64_t> sweep, const ReuseRule& rule) = 0;
  /// Puts cells back to pending: those in the given states (--retry), or, when none is given, all but excluded and running
  /// ones (--force). Attempts stay as history.
  virtual void reopen(std::int64_t sweep, const std::vector<std::string>& states) = 0;

  /// Claims one cell if it is pending or its lease has run out, and inserts its attempt; nullopt when someone else has it.
  /// An attempt that still ran becomes crashed (lease_expired).
  virtual std::optional<ClaimedCell> claim(std::int64_t cell, const std::string& owner, double lease_s, std::int64_t build,
                                           std::int64_t env, const std::string& repro_cmd) = 0;
  /// Extends the leases of an owner. Waits a second for other writers, no longer: there is another heartbeat before a lease ends.
  virtual void heartbeat(const std::string& owner, double lease_s) = 0;
  /// Writes the result and ends the claim in one transaction; false when the claim was lost (nothing is written).
  virtual bool finish(const ClaimedCell& cell, const std::string& owner, const AttemptResult& result) = 0;
  /// Gives a claimed cell back as pending; its attempt becomes abandoned.
  virtual void abandon(const ClaimedCell& cell, const std::string& owner, const std::string& reason) = 0;
  /// Ends a cell without an attempt of its own (out-of-memory backstop, fail-fast is not one of them) if it is pending or its lease
  /// has run out; false when someone else has it.
  virtual bool mark(std::int64_t cell, const std::string& state, const std::string& reason) = 0;

  struct CellState {
    std::int64_t cell_id = 0, ordinal = 0, seed = 0;
    std::string state, reason, config_sha;
    Json config;
    double lease_until = 0;
  };
  virtual std::vector<CellState> cells(std::int64_t sweep) = 0;

  /// A cell with its result, for `run -o json` and `show`.
  struct CellResult {
    std::int64_t cell_id = 0, attempt_id = 0;  ///< attempt 0: none
    std::int64_t ordinal = 0, seed = 0;
    std::string state, reason, kernel;
    Json config;
    std::vector<MetricRow> metrics;  ///< final ones (step -1)
  };
  virtual std::vector<CellResult> results(std::int64_t sweep) = 0;

  struct Imported {
    std::int64_t attempts = 0, known = 0, cells = 0;  ///< attempts that were new and that were here already; new cells
    std::int64_t scores = 0;                          ///< metrics and scores of examples that known attempts got
    std::vector<std::string> doubtful{};              ///< merge: a line for each name that stood for two things
  };
  /// Takes over cells and attempts of another database in one transaction. Attempts that are here already gain scores, and the end
  /// that the other side knows of those that run here or lost their lease here. A cell's state follows from all its attempts (end_of
  /// in results/settle.h) where it does so on either side, else the side that knows more decides: never the order of importing.
  virtual Imported import_lines(const std::function<std::optional<ExchangeLine>()>& next) = 0;

  /// Checkpoints and truncates the WAL, so that copying the one file is safe.
  virtual void checkpoint() = 0;

  struct Selection {
    std::vector<std::string> columns;
    std::vector<OrderedJson> rows;  ///< an object per row, columns in order, numbers as numbers, NULL as null
  };
  /// Rows of a reading statement of ours, with parameters bound to ?1, ?2 ... Used by ls, show, query, table.
  virtual Selection select_all(const std::string& sql, const std::vector<Json>& parameters = {}) = 0;
  std::vector<OrderedJson> select(const std::string& sql, const std::vector<Json>& parameters = {}) {
    return select_all(sql, parameters).rows;
  }
  /// Rows of a statement that a user typed: one SELECT. Whatever writes, attaches, sets or loads is a UserError.
  virtual Selection select_untrusted(const std::string& sql) = 0;
};

}  // namespace synthbench
