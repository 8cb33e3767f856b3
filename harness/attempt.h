#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/peaks.h"
#include "harness/plan.h"
#include "harness/process.h"
#include "harness/verdict.h"
#include "results/store.h"

namespace synthbench {

/// One try at a cell: gathers what its launches leave behind, in their order, until one of them is not done.
class Attempt {
 public:
  Attempt(ClaimedCell cell, const MeasureSettings& measure) : cell_(std::move(cell)), config_(cell_.config), measure_(measure) {}

  const ClaimedCell& cell() const { return cell_; }
  const Config& config() const { return config_; }

  void add(LaunchResult launch, const Verdict& verdict);
  /// Something that is no launch ended it: a program that is missing.
  void end(const Verdict& verdict) { verdict_ = verdict; }
  /// No further launch is worth its time.
  bool over() const { return !verdict_.outcome.empty() && verdict_.outcome != "done"; }
  double seconds() const { return seconds_; }
  /// Of these, what the starts of its processes took.
  double start_up_seconds() const { return start_up_seconds_; }

  /// What is stored. Speed metrics only of an attempt that is done, held against the peaks that the facts name (peaks.h).
  AttemptResult result(std::string log_path, Json volatile_facts) const;

 private:
  void check_kernel(const Json& ran);
  /// Metrics of a finished attempt that follow from its samples and processes.
  void add_summaries(AttemptResult& result, const std::optional<Peaks>& peaks) const;

  ClaimedCell cell_;
  Config config_;
  MeasureSettings measure_;
  Verdict verdict_;
  LaunchResult all_;  ///< of every launch together; ends and exit codes are the last one's
  std::int64_t first_call_ns_ = 0;
  double seconds_ = 0, start_up_seconds_ = 0;
};

}  // namespace synthbench
