#pragma once

#include <cstdint>

#include "ablations/config.h"

namespace synthbench {

enum class Decay : std::uint8_t { constant, noam, inverse_sqrt, cosine, linear };

/// The learning rate of an optimiser step.
struct Schedule {
  Decay decay = Decay::constant;
  double lr = 1e-3;
  std::int64_t warmup = 0, steps = 0, d_model = 0;

  /// step counts from 1. All but noam rise linearly over the warm-up steps, then
  ///   constant      lr
  ///   inverse-sqrt  lr / sqrt(max(step, warmup))
  ///   cosine        lr (1 + cos(pi t)) / 2, linear: lr (1 - t), with t from 0 at the end of the warm-up to 1 behind the last step
  ///   noam          lr d_model^-1/2 min(step / warmup, 1) / sqrt(max(step, warmup))   (Tensor2Tensor; Vaswani et al. 2017, 5.3)
  double at(std::int64_t step) const;
};

/// From "train.schedule", "train.lr", "train.warmup", "train.steps" and "d_model".
Schedule schedule_of(const Config& config);

}  // namespace synthbench
