#pragma once

#include <memory>

#include "backends/core/attention.h"

namespace synthbench {

/// `eigen` with something wrong around it: names, choices and results are eigen's unless a fault changes them.
class BrokenEigen : public AttentionBackend {
 public:
  BrokenEigen() : eigen_(backends().at("eigen")()) {}
  Choice choose(const AttentionCall& call) const override { return eigen_->choose(call); }

 protected:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override { eigen_->forward(call, outputs); }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    eigen_->backward(call, outputs, grad_out, grads);
  }

 private:
  std::unique_ptr<AttentionBackend> eigen_;
};

/// Only with SYNTHBENCH_FAULTS=1 in the environment.
bool faults_wanted();

/// Registers a fault where faults are wanted; returns true, for use at namespace scope.
template <typename Fault>
bool add_fault(const char* name, const char* summary) {
  if (!faults_wanted()) return true;
  backends().add(name, [] { return std::unique_ptr<AttentionBackend>(std::make_unique<Fault>()); });
  return known_backends().add(name, {summary, false});
}

}  // namespace synthbench
