// harness/faults/computing.cpp
// Backends that come back with something else than eigen would have: wrong numbers, or the right ones too late.
#include <chrono>
#include <cstdlib>
#include <limits>

#include "harness/faults/broken_eigen.h"

namespace synthbench {
namespace {

/// Every entry of a tensor once, shared ones too.
template <typename Change>
void change_each(const View& view, const Change& change) {
  if (!view) return;
  const auto extent = [](std::int64_t stride, std::int64_t size) { return stride == 0 ? std::int64_t{1} : size; };
  const Axes& s = view.stride;
  for (std::int64_t b = 0; b < extent(s.batch, view.shape.batch); ++b) {
    for (std::int64_t h = 0; h < extent(s.head, view.shape.head); ++h) {
      for (std::int64_t i = 0; i < extent(s.row, view.shape.row); ++i) {
        for (std::int64_t j = 0; j < extent(s.col, view.shape.col); ++j) {
          const std::int64_t at = offset(s, b, h, i, j);
          if (view.dtype == DType::f64) change(static_cast<double*>(view.data)[at]);
          if (view.dtype == DType::f32) change(static_cast<float*>(view.data)[at]);
        }
      }
    }
  }
}

template <typename Number>
void add_a_percent(Number& number) {
  number += number / 100;
}

class NotANumber final : public BrokenEigen {
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    BrokenEigen::do_forward(call, outputs);
    change_each(outputs.out, [](auto& number) { number = std::numeric_limits<std::decay_t<decltype(number)>>::quiet_NaN(); });
  }
};

class Wrong final : public BrokenEigen {
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    BrokenEigen::do_forward(call, outputs);
    change_each(outputs.out, [](auto& number) { add_a_percent(number); });
  }
};

class WrongGradients final : public BrokenEigen {
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    BrokenEigen::do_backward(call, outputs, grad_out, grads);
    change_each(grads.value, [](auto& number) { add_a_percent(number); });
    for (const AttentionGrads::Term& term : grads.terms) {
      change_each(term.lhs, [](auto& number) { add_a_percent(number); });
      change_each(term.rhs, [](auto& number) { add_a_percent(number); });
    }
  }
};

/// Right, and later by a share of the time that it took: busy, as a slower kernel would be.
class Slow final : public BrokenEigen {
  using Clock = std::chrono::steady_clock;

  static double share() {
    const char* percent = std::getenv("SYNTHBENCH_FAULT_SLOW");
    return (percent != nullptr ? std::strtod(percent, nullptr) : 10.0) / 100;
  }

  template <typename Work>
  void slowed(const Work& work) const {
    const auto start = Clock::now();
    work();
    const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>((Clock::now() - start) * share_);
    while (Clock::now() < until) {
    }
  }

  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    slowed([&] { BrokenEigen::do_forward(call, outputs); });
  }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    slowed([&] { BrokenEigen::do_backward(call, outputs, grad_out, grads); });
  }

  const double share_ = share();
};

class Twin final : public BrokenEigen {};

const bool registered = add_fault<NotANumber>("fault_nan", "fault: NaN in the output") &&
                        add_fault<Wrong>("fault_wrong", "fault: output off by 1 %") &&
                        add_fault<WrongGradients>("fault_wrong_grad", "fault: gradients off by 1 %") &&
                        add_fault<Slow>("fault_slow", "fault: eigen and 10 % more time (SYNTHBENCH_FAULT_SLOW: so many per cent)") &&
                        add_fault<Twin>("fault_twin", "fault: eigen under another name");

}  // namespace
}  // namespace synthbench
