#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/backstop.h"
#include "harness/forecast.h"
#include "harness/plan.h"
#include "harness/supervisor.h"
#include "results/store.h"

namespace synthbench {

/// What a database says about a plan before it runs: results that count, cells that ended otherwise, times, cells that ran out of
/// memory. Reads only.
class Outlook {
 public:
  /// A database that does not exist knows nothing. options: db_path, and what `run` would be told: reuse, force, retry.
  Outlook(const Plan& plan, const RunOptions& options);

  /// What `run` would find: "pending" (it would run), "reused" (a result counts), "excluded", or how an earlier run of this
  /// sweep ended it ("failed", "oom" ...): such a cell waits for --retry.
  std::string state(const PlannedCell& cell) const;
  bool would_run(const PlannedCell& cell) const { return state(cell) == "pending"; }
  std::optional<Forecast::Time> time(const PlannedCell& cell) const;
  /// "cell 12 ran out of memory" where a cell that is equal but for a seq_len and batch at most as large did so here: `run` spares
  /// this one.
  std::optional<std::string> out_of_memory(const PlannedCell& cell) const;
  bool knows_nothing() const { return states_.empty() && ran_out_.empty() && (!forecast_ || forecast_->knows_nothing()); }

  /// Of the cells of a plan.
  struct Totals {
    std::int64_t reused = 0, to_run = 0;
    std::map<std::string, std::int64_t> ended;                  ///< that wait for --retry, by state
    std::int64_t predicted = 0, scaled = 0, out_of_memory = 0;  ///< of those that would run
    double seconds = 0, start_up = 0;                           ///< of the predicted ones
  };
  Totals totals(const Plan& plan) const;

 private:
  std::shared_ptr<Store> store_;
  std::optional<Forecast> forecast_;
  Backstop ran_out_;
  std::unordered_map<std::string, std::string> states_;  ///< of config_sha:seed; without those that would run
};

/// What fits into a time, in the order in which `run` takes the cells: the longest start of that order whose predicted times
/// add up to no more. Cells without a prediction are left out and counted.
struct BudgetedPlan {
  struct Cell {
    std::int64_t index = 0;  ///< in the plan
    double seconds = 0;      ///< predicted
  };
  std::vector<Cell> fit;
  double seconds = 0;                           ///< of these together
  std::int64_t remaining = 0, unpredicted = 0;  ///< cells that do not fit; of these, without a prediction
};
BudgetedPlan within_budget(const Plan& plan, const Outlook& outlook, RunOptions::Order order, double seconds);

}  // namespace synthbench
