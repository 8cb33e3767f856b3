// harness/measure/attend.cpp
// The job "attend": attention alone, on operands as the variant makes them.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "ablations/cost.h"
#include "harness/base/error.h"
#include "harness/job.h"
#include "harness/measure/cell_problem.h"
#include "harness/measure/gate.h"
#include "harness/measure/measure.h"

namespace synthbench {
namespace {

/// What one call is: forward, backward of one forward, or both.
std::function<void()> call_of(const std::string& direction, AttentionBackend& backend, Problem& problem) {
  const auto forward = [&] { backend.forward(problem.call(), problem.outputs()); };
  const auto backward = [&] { backend.backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads()); };
  if (direction == "fwd") return forward;
  if (direction == "bwd") {
    forward();
    return backward;
  }
  if (direction != "fwdbwd") throw UserError(fmt::format("direction is '{}': fwd, bwd and fwdbwd are known", direction));
  return [forward, backward] {
    forward();
    backward();
  };
}

void attend(const WorkerOrder& order, const RecordWriter& records) {
  const Config& config = order.config;
  const std::string& name = config.text("backend");
  const auto backend = backend_named(name);
  Problem problem = problem_of(config, order.seed, order.threads);
  const AttentionBackend::Choice choice = backend->choose(problem.call());
  if (choice.reason) throw Unsupported(*choice.reason);
  records.write({{"type", "ran"},
                 {"variant", config.text("variant")},
                 {"backend", name},
                 {"dtype", synthbench::name(problem.options().dtype)},
                 {"kernel", choice.kernel},
                 {"label", choice.label},
                 {"parameters", logit_parameters(config.mixture(), config.layer())}});
  if (order.gate) gate_attention(order, *backend, choice.kernel, records);
  measure({call_of(config.text("direction"), *backend, problem), {}}, order.measure, order.launch, records);
}

const bool registered = jobs().add("attend", attend);

}  // namespace
}  // namespace synthbench
