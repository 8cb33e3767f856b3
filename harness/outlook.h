#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/forecast.h"
#include "harness/plan.h"
#include "harness/supervisor.h"
#include "results/store.h"

namespace synthbench {

/// What a database says about a plan before it runs: results that count, times, cells that ran out of memory. Reads only.
class Outlook {
 public:
  /// A database that does not exist knows nothing. how: the rule of `run` for what counts.
  Outlook(const std::string& db_path, Reuse how, const MeasureSettings& measure);

  bool reused(const PlannedCell& cell) const;
  std::optional<Forecast::Time> time(const PlannedCell& cell) const;
  std::optional<std::string> out_of_memory(const PlannedCell& cell) const;
  bool knows_nothing() const { return !store_; }

  /// Of the cells of a plan that would run.
  struct Totals {
    std::int64_t reused = 0, to_run = 0, predicted = 0, scaled = 0, out_of_memory = 0;
    double seconds = 0, start_up = 0;  ///< of the predicted ones
  };
  Totals totals(const Plan& plan) const;

 private:
  std::shared_ptr<Store> store_;
  std::optional<Forecast> forecast_;
  Store::ReuseLookup counts_;
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
