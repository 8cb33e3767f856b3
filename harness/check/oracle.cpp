#include "harness/check/oracle.h"

#include "backends/core/accuracy.h"
#include "harness/check/plain.h"

namespace synthbench {

void run_afresh(AttentionBackend& backend, Problem& problem) {
  problem.poison_outputs();
  problem.zero_grads();
  backend.forward(problem.call(), problem.outputs());
  if (problem.options().needs_grad) backend.backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
}

std::vector<TensorError> errors_against_oracle(Problem tested, AttentionBackend& backend) {
  const DType dtype = tested.options().dtype;
  Problem plain = tested.as(dtype);
  Problem truth = tested.as(DType::f64);
  run_afresh(backend, tested);
  run_afresh(*plain_composition(), plain);
  run_afresh(*backends().at("reference")(), truth);

  const double max_logit = largest_logit(tested.call());
  const double largest = tested.options().needs_grad ? norm(truth.read("grad.value")) : 0;
  std::vector<TensorError> errors;
  for (const std::string& tensor : tested.results()) {
    const std::vector<double> wanted = truth.read(tensor);
    const double bound = error_bound(dtype, wanted, error_norm(plain.read(tensor), wanted), max_logit, largest);
    errors.push_back({tensor, error_measure(wanted), error_norm(tested.read(tensor), wanted), bound});
  }
  errors.push_back({"guards", "overwritten", tested.guards_intact() ? 0.0 : 1.0, 0.0});
  return errors;
}

}  // namespace synthbench
