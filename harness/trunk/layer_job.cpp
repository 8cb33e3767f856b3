// The job "layer": projections, attention and output of one self-attention layer.
#include "backends/torch/process.h"
#include "harness/job.h"
#include "harness/measure/cell_problem.h"
#include "harness/measure/gate.h"
#include "harness/measure/measure.h"
#include "harness/trunk/device.h"
#include "harness/trunk/layer_gate.h"
#include "harness/trunk/training.h"

namespace synthbench {
namespace {

using torch::Tensor;

std::int64_t count_of(const std::vector<Tensor>& parameters) {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters) count += parameter.numel();
  return count;
}

/// The masks and threads of the cell.
AttendOptions options_of(const WorkerOrder& order, const torch::Device& device) {
  AttendOptions options;
  options.causal = order.config.flag("causal");
  options.threads = threads_of(order.config, order.threads);
  const std::vector<std::int32_t> lengths = key_lengths_of(order.config, order.seed);
  if (!lengths.empty()) options.key_lengths = torch::tensor(at::ArrayRef<std::int32_t>(lengths), torch::kInt).to(device);
  return options;
}

void time_layer(const WorkerOrder& order, const RecordWriter& records) {
  const Config& config = order.config;
  const auto seed = static_cast<std::uint64_t>(order.seed);
  const auto dtype = scalar_type_of(config);
  const auto backend = layer_backend_of(config);
  const torch::Device device = device_of(config);
  const AttendOptions options = options_of(order, device);
  torch::set_num_threads(options.threads);
  aten::prepare_process();

  const auto layer = make_layer({config.text("variant"), config.layer(), Initialiser(seed, dtype, device)});
  const std::vector<std::int64_t> shape = {config.integer("batch"), config.integer("seq_len"), config.integer("d_model")};
  const Initialiser numbers(seed + 1, dtype, device);
  Tensor x = numbers.make("x", shape, {Init::Kind::normal, 1.0});
  const Tensor grad_y = numbers.make("grad_y", shape, {Init::Kind::normal, 1.0});
  const bool backward = config.text("direction") != "fwd";
  if (backward) x.requires_grad_();

  const torch::AutoGradMode graph(backward);
  const AttentionBackend::Choice choice = layer->choose(x, *backend, options);
  if (choice.reason) throw Unsupported(*choice.reason);
  records.write({{"type", "ran"},
                 {"variant", config.text("variant")},
                 {"backend", config.text("backend")},
                 {"dtype", config.text("dtype")},
                 {"kernel", choice.kernel},
                 {"label", choice.label},
                 {"parameters", count_of(layer->parameters())}});
  if (order.gate) gate_layer(order, *backend, choice.kernel, records);

  std::vector<Tensor> wanted = layer->parameters();
  wanted.push_back(x);
  const bool backward_alone = config.text("direction") == "bwd";
  const Tensor kept = backward_alone ? layer->forward(x, *backend, options) : Tensor();
  const auto call = [&] {
    const Tensor y = backward_alone ? kept : layer->forward(x, *backend, options);
    if (backward) torch::autograd::grad({y}, wanted, {grad_y}, backward_alone);  // fresh ones: nothing is added to those of the call before
  };
  const auto clock = device.is_cpu() ? nullptr : device_clock_of("torch");  // whatever the backend, LibTorch's stream has it all
  measure({call, {}, !device.is_cpu(), [&] { synchronize(device); }, clock.get()}, order.measure, order.launch, records);
}

const bool registered = jobs().add("layer", time_layer);

}  // namespace
}  // namespace synthbench
