#pragma once

#include <string>

#include "results/open.h"
#include "results/sqlite.h"
#include "results/store.h"
#include "results/write_lock.h"

namespace synthbench {

/// The reason of pending cells that --force opened: their earlier results do not count, also where another run continues this one.
inline constexpr const char* kForced = "to be measured again";

/// Store on one SQLite connection. Methods are in store.cpp (opening, build, machine), sweep.cpp (plan, reuse),
/// claim.cpp (attempts), import.cpp and read.cpp.
class SqliteStore final : public Store {
 public:
  SqliteStore(Connection database, std::optional<WriteLock> lock, double timeout_s)
      : database_(std::move(database)), file_(file_identity(database_.path())), lock_(std::move(lock)), timeout_s_(timeout_s) {}
  ~SqliteStore() override;

  std::int64_t build_id(const BuildRow& build) override;
  std::int64_t env_id(const EnvRow& env) override;

  using Store::add_sweep;
  std::int64_t add_sweep(const SweepRow& sweep, std::int64_t count, const std::function<CellRow(std::int64_t)>& cell) override;
  Reused reuse(std::int64_t sweep, const ReuseRule& rule) override;
  std::vector<SeededConfig> results_that_count(std::optional<std::int64_t> sweep, const ReuseRule& rule) override;
  void reopen(std::int64_t sweep, const std::vector<std::string>& states) override;

  std::optional<ClaimedCell> claim(std::int64_t cell, const std::string& owner, double lease_s, std::int64_t build, std::int64_t env,
                                   const std::string& repro_cmd) override;
  void heartbeat(const std::string& owner, double lease_s) override;
  bool finish(const ClaimedCell& cell, const std::string& owner, const AttemptResult& result) override;
  void abandon(const ClaimedCell& cell, const std::string& owner, const std::string& reason) override;
  bool mark(std::int64_t cell, const std::string& state, const std::string& reason) override;

  std::vector<CellState> cells(std::int64_t sweep) override;
  std::vector<CellResult> results(std::int64_t sweep) override;
  Imported import_lines(const std::function<std::optional<ExchangeLine>()>& next) override;
  void checkpoint() override;
  Selection select_all(const std::string& sql, const std::vector<Json>& parameters) override;
  Selection select_untrusted(const std::string& sql) override;

  /// For functions of this folder that are no methods of Store (reference_rows.cpp, removal.cpp ...): one write in one transaction,
  /// and what is done once it is committed but while other writers still wait.
  void write(const std::function<void(const Connection&)>& statements, const std::function<void()>& afterwards = nullptr);
  /// Our turn among writers, without a transaction.
  void in_turn(const std::function<void(const Connection&)>& statements);
  const Connection& database() const { return database_; }

 private:
  /// One write: our turn among writers, and a transaction in it. Leaving without commit() undoes it.
  struct Write {
    Write(WriteLock& lock, const Connection& database, double timeout_s) : turn(lock, timeout_s), transaction(database) {}
    void commit() { transaction.commit(); }
    WriteLock::Turn turn;
    Transaction transaction;
  };
  Write begin() { return begin(timeout_s_); }
  Write begin(double timeout_s);

  static std::optional<std::pair<std::uint64_t, std::uint64_t>> file_identity(const std::string& path);
  /// Throws UserError when the path leads to another file than the one that is open, or to none.
  void check_still_there() const;

  Connection database_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> file_;  ///< device and inode, when it was opened
  std::optional<WriteLock> lock_;                                ///< absent: opened to read
  double timeout_s_;
};

}  // namespace synthbench
