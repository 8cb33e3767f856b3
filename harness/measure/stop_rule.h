#pragma once

#include <vector>

#include "harness/plan.h"

namespace synthbench {

/// Decides between batches whether a launch has enough samples. With settings.repetitions exactly so many; else at least
/// min_samples and min_time and noise <= max_noise, or max_time: the launch is noisy where the noise is then too large, or samples too
/// few. max_time is the wall's: what a sample costs outside its timed region (preparing, evicting caches) counts too, and sizes the
/// batches.
class StopRule {
 public:
  explicit StopRule(const MeasureSettings& settings) : settings_(settings) {}

  /// seconds: one sample, per call. timed: what it adds to min_time, all its calls together. elapsed: what taking it cost.
  void add(double seconds, double timed, double elapsed);
  /// Samples of the next batch; 0: enough. Batches grow, so that the noise is looked at rarely.
  int next_batch() const;
  /// Half-width of the median's interval, as a share of the median.
  double noise() const;
  /// The time ran out before the noise fell, or before there were min_samples.
  bool noisy() const;

 private:
  bool calm() const;
  int affordable() const;  ///< samples until max_time

  MeasureSettings settings_;
  std::vector<double> samples_;
  double timed_ = 0, elapsed_ = 0;
};

}  // namespace synthbench
