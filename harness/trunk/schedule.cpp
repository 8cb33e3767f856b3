#include "harness/trunk/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace synthbench {

double Schedule::at(std::int64_t step) const {
  const double s = static_cast<double>(step), w = static_cast<double>(std::max<std::int64_t>(warmup, 1));
  const double rise = std::min(s / w, 1.0);
  const double behind = std::max(0.0, s - 1.0 - static_cast<double>(warmup));
  const double t = std::min(1.0, behind / static_cast<double>(std::max<std::int64_t>(steps - warmup, 1)));
  switch (decay) {
    case Decay::constant: return lr * rise;
    case Decay::noam: return lr * rise / std::sqrt(static_cast<double>(d_model) * std::max(s, w));
    case Decay::inverse_sqrt: return lr * rise / std::sqrt(std::max(s, w));
    case Decay::cosine: return lr * rise * (1.0 + std::cos(std::numbers::pi * t)) / 2.0;
    case Decay::linear: return lr * rise * (1.0 - t);
  }
  return lr;
}

Schedule schedule_of(const Config& config) {
  const std::string& word = config.text("train.schedule");
  Schedule s;
  s.decay = word == "noam"           ? Decay::noam
            : word == "inverse-sqrt" ? Decay::inverse_sqrt
            : word == "cosine"       ? Decay::cosine
            : word == "linear"       ? Decay::linear
                                     : Decay::constant;
  s.lr = config.number("train.lr");
  s.warmup = config.integer("train.warmup");
  s.steps = config.integer("train.steps");
  s.d_model = config.integer("d_model");
  return s;
}

}  // namespace synthbench
