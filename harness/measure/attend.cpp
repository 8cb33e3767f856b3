// harness/measure/attend.cpp
// The job "attend": attention alone, on operands as the variant makes them.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "ablations/cost.h"
#include "backends/core/ferry.h"
#include "harness/base/error.h"
#include "harness/job.h"
#include "harness/measure/cell_problem.h"
#include "harness/measure/gate.h"
#include "harness/measure/measure.h"

namespace synthbench {
namespace {

/// What one call is: forward, backward of one forward, or both.
std::function<void()> call_of(const std::string& direction, AttentionBackend& backend, const FerriedCall& at) {
  const auto forward = [&] { backend.forward(at.call(), at.outputs()); };
  const auto backward = [&] { backend.backward(at.call(), at.outputs(), at.grad_out(), at.grads()); };
  if (direction != "fwd" && direction != "bwd" && direction != "fwdbwd") {
    throw UserError(fmt::format("direction is '{}': fwd, bwd and fwdbwd are known", direction));
  }
  if (direction == "bwd") forward();
  return [=, forwards = direction != "bwd", backwards = direction != "fwd"] {
    if (forwards) forward();
    if (backwards) backward();
  };
}

void attend(const WorkerOrder& order, const RecordWriter& records) {
  const Config& config = order.config;
  const std::string& name = config.text("backend");
  const auto backend = backend_named(name);
  if (whole_layer(config.mixture()) != nullptr) {
    throw Unsupported(
        fmt::format("{} is a whole layer, not a way to make attention logits: scope attend cannot time it (layer and step can)",
                    config.text("variant")));
  }
  Problem problem = problem_of(config, order.seed, order.threads);
  const bool elsewhere = place_of(config) != Place::host;
  const auto ferry = elsewhere ? ferried(*backend) : nullptr;
  AttentionBackend& on_host = ferry ? *ferry : *backend;
  const AttentionBackend::Choice choice = on_host.choose(problem.call());
  if (choice.reason) throw Unsupported(*choice.reason);
  records.write({{"type", "ran"},
                 {"variant", config.text("variant")},
                 {"backend", name},
                 {"dtype", synthbench::name(problem.options().dtype)},
                 {"kernel", choice.kernel},
                 {"label", choice.label},
                 {"parameters", logit_parameters(config.mixture(), config.layer())}});
  if (order.gate) gate_attention(order, on_host, choice.kernel, records);
  const auto device = elsewhere ? backend->device_memory() : nullptr;
  const FerriedCall at(device.get(), problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
  Workload workload{call_of(config.text("direction"), *backend, at), {}, elsewhere};
  const auto clock = elsewhere ? device_clock_of(name) : nullptr;
  workload.clock = clock.get();
  if (device) workload.finish = [&device] { device->synchronize(); };
  measure(workload, order.measure, order.launch, records);
}

const bool registered = jobs().add("attend", attend);

}  // namespace
}  // namespace synthbench
