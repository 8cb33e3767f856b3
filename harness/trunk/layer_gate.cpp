// A whole layer before it is timed: the module in the cell's dtype, its formula in plain loops in that dtype and in float64.
//
//   error_norm(module, loops in f64) <= error_bound(dtype, truth, error_norm(loops in the dtype, truth))      backends/core/accuracy.h
#include "harness/trunk/layer_gate.h"

#include <fmt/format.h>

#include "backends/core/accuracy.h"
#include "backends/core/ferry.h"
#include "harness/base/words.h"
#include "harness/check/plain_layer.h"
#include "harness/measure/cell_problem.h"
#include "harness/measure/gate.h"
#include "harness/trunk/device.h"
#include "harness/trunk/layer.h"
#include "harness/trunk/training.h"

namespace synthbench {
namespace {

using torch::Tensor;

std::vector<double> values_of(const Tensor& t) {
  const Tensor flat = t.detach().to(torch::kCPU, torch::kDouble).contiguous().flatten();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

PlainLayerCase::Numbers numbers_of(const Tensor& t) {
  const std::int64_t cols = t.size(t.dim() - 1);
  return {t.numel() / cols, cols, values_of(t)};
}

/// A small copy of the cell's layer with random weights and input. No bias, and no table that starts at zero, stays zero.
struct Twin {
  Config config;
  std::shared_ptr<Layer> layer;
  Tensor x, grad_y;
  AttendOptions options;

  Twin(const Config& config_in, std::int64_t seed, int threads)
      : config(config_in), layer(make_layer({config.text("variant"), config.layer(), initialiser(seed)})) {
    const Initialiser numbers = initialiser(seed + 1);
    const torch::NoGradGuard no_grad;
    for (auto& p : layer->named_parameters()) {
      p.value().add_(numbers.make(p.key(), p.value().sizes(), {Init::Kind::normal, 0.1}));
    }
    const std::vector<std::int64_t> shape = {config.integer("batch"), config.integer("seq_len"), config.integer("d_model")};
    x = numbers.make("x", shape, {Init::Kind::normal, 1.0});
    grad_y = numbers.make("grad_y", shape, {Init::Kind::normal, 1.0});
    options.causal = config.flag("causal");
    options.threads = threads;
    const std::vector<std::int32_t> lengths = key_lengths_of(config, seed);
    if (!lengths.empty()) options.key_lengths = torch::tensor(at::ArrayRef<std::int32_t>(lengths), torch::kInt).to(numbers.device());
    const Mixture mixture = config.mixture();
    if (config.has("model.dropout") && whole_layer(mixture)->attends) {  // other layers draw theirs from a generator
      options.dropout = {config.number("model.dropout"), static_cast<std::uint64_t>(seed)};
    }
  }

  Initialiser initialiser(std::int64_t seed) const { return {static_cast<std::uint64_t>(seed), scalar_type_of(config), device_of(config)}; }
  bool backward() const { return config.text("direction") != "fwd"; }

  PlainLayerCase numbers(std::int64_t seed) const {
    PlainLayerCase out;
    out.batch = config.integer("batch");
    out.length = config.integer("seq_len");
    out.heads = config.integer("heads");
    out.head_dim = config.integer("head_dim");
    out.causal = options.causal;
    out.key_lengths = key_lengths_of(config, seed);
    out.dropout = options.dropout;
    out.numbers["x"] = numbers_of(x);
    if (backward()) out.numbers["grad_y"] = numbers_of(grad_y);
    for (const auto& p : layer->named_parameters()) out.numbers[p.key()] = numbers_of(p.value());
    return out;
  }

  PlainLayerResult run(AttentionBackend& backend) {
    const torch::AutoGradMode graph(backward());
    x.requires_grad_(backward());
    const Tensor y = layer->forward(x, backend, options);
    PlainLayerResult result;
    result["y"] = values_of(y);
    if (!backward()) return result;
    y.backward(grad_y);
    result["grad.x"] = values_of(x.grad());
    for (const auto& p : layer->named_parameters()) result["grad." + p.key()] = values_of(p.value().grad());
    return result;
  }
};

/// The smallest twin for which the backend picks the kernel that is going to be timed.
Twin twin_of(const WorkerOrder& order, const AttentionBackend& backend, const std::string& kernel) {
  for (const std::int64_t length : {65, 257, 1025}) {
    const Config config = shrunk(order.config, 2, 2, length);
    Twin twin(config, order.seed, threads_of(config, order.threads));
    const torch::AutoGradMode graph(twin.backward());
    if (twin.layer->choose(twin.x, backend, twin.options).kernel == kernel) return twin;
  }
  throw GateFailed(fmt::format("gate: no small twin of the layer runs kernel '{}'", kernel));
}

}  // namespace

void gate_layer(const WorkerOrder& order, AttentionBackend& backend, const std::string& kernel, const RecordWriter& records) {
  const std::string& variant = order.config.text("variant");
  if (!plain_layers().find(variant)) {
    const auto ferry = place_of(order.config) != Place::host ? ferried(backend) : nullptr;
    return gate_attention(order, ferry ? *ferry : backend, kernel, records);
  }
  Twin twin = twin_of(order, backend, kernel);
  const DType dtype = dtype_named(twin.config.text("dtype"));
  const PlainLayerCase numbers = twin.numbers(order.seed);
  const PlainLayer& plain = plain_layers().at(variant);
  const PlainLayerResult truth = plain.f64(numbers), yardstick = dtype == DType::f64 ? truth : plain.f32(numbers), got = twin.run(backend);
  const std::string detail =
      fmt::format("layer, kernel {} on B{} N{} E{}", kernel, numbers.batch, numbers.length, twin.config.integer("d_model"));
  std::vector<std::string> failures;
  for (const auto& [tensor, exact] : truth) {
    const double error = error_norm(got.at(tensor), exact);
    const double bound = error_bound(dtype, exact, error_norm(yardstick.at(tensor), exact), 0.0);
    const CheckRow row{"plain loops", "f64", tensor, error_measure(exact), detail, error, bound, error <= bound, order.seed};
    records.write(to_json(row));
    if (!row.passed) failures.push_back(fmt::format("{} off by {:.2g} (bound {:.2g})", tensor, error, bound));
  }
  if (!failures.empty()) {
    throw GateFailed(fmt::format("gate: {} against float64 plain loops ({})", join(failures, ", "), detail));
  }
}

}  // namespace synthbench
