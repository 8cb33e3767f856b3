#include "harness/measure/stop_rule.h"

#include <algorithm>
#include <cmath>

#include "harness/measure/median_interval.h"

namespace synthbench {

void StopRule::add(double seconds, double timed, double elapsed) {
  samples_.push_back(seconds);
  timed_ += timed;
  elapsed_ += elapsed;
}

double StopRule::noise() const {
  if (samples_.size() < 2) return INFINITY;
  const double middle = median(samples_);
  const Interval interval = median_interval(samples_);
  return middle > 0 ? (interval.hi - interval.lo) / 2 / middle : INFINITY;
}

/// A limit of 100 % is no limit: one sample is then as good as many.
bool StopRule::calm() const { return settings_.max_noise >= 1 || noise() <= settings_.max_noise; }

int StopRule::next_batch() const {
  const int taken = static_cast<int>(samples_.size());
  if (settings_.repetitions > 0) return settings_.repetitions - taken;
  if (taken == 0) return 1;  // how long is one?
  if (elapsed_ >= settings_.max_time) return 0;
  if (taken < settings_.min_samples) return std::min(settings_.min_samples - taken, affordable());
  if (timed_ >= settings_.min_time && calm()) return 0;
  const double wanted = std::max(settings_.min_time - timed_, timed_ / 4);  // a quarter more, then look again
  const double more = std::ceil(wanted / (timed_ / taken));
  return std::min(static_cast<int>(std::clamp(more, 1.0, 10'000.0)), affordable());
}

/// The last one ends after max_time.
int StopRule::affordable() const {
  const double each = elapsed_ / static_cast<double>(samples_.size());
  return static_cast<int>(std::clamp(std::ceil((settings_.max_time - elapsed_) / each), 1.0, 10'000.0));
}

bool StopRule::noisy() const { return settings_.repetitions == 0 && (!calm() || std::ssize(samples_) < settings_.min_samples); }

}  // namespace synthbench
