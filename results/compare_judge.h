#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/compare.h"
#include "results/compare_pairs.h"
#include "results/compare_seeds.h"
#include "results/quality.h"

namespace synthbench {

/// What is said of pairs of rows, one by one and then of a whole table.
class Judge {
 public:
  Judge(Store& store, const CompareOptions& options) : store_(store), options_(options) {}

  /// What can be said of a pair of timings, or of trainings, before Holm.
  Comparison times(const RowPair& pair);
  Comparison quality(const RowPair& pair);

  /// Verdicts of a whole table.
  void decide(std::vector<Comparison>& rows) const;

  bool floor_assumed() const { return floor_assumed_; }
  double largest_floor() const { return largest_floor_; }

 private:
  std::vector<CellTimes> measure(const ConfigFacts& row, Measured& to) const;
  void pair_by_seed(Comparison& row, const ConfigFacts& a, const ConfigFacts& b) const;
  std::string verdict(const Comparison& row) const;

  Store& store_;
  const CompareOptions& options_;
  std::map<std::string, std::string> better_;  ///< of metrics
  bool floor_assumed_ = false;
  double largest_floor_ = 0;
};

}  // namespace synthbench
