// Golden layers (docs/golden.md): the same SelfAttention that trains, with a file's weights, on any backend.
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>

#include "ablations/logit_spec.h"
#include "harness/check/layer_golden.h"
#include "harness/trunk/self_attention.h"

namespace synthbench {
namespace {

using torch::Tensor;

Tensor tensor_of(const StoredTensor& stored, torch::ScalarType dtype) {
  const std::vector<double> values = stored.values();
  return torch::tensor(values, torch::kDouble).view(stored.shape).to(dtype);
}

std::vector<double> values_of(const Tensor& t) {
  const Tensor flat = t.detach().to(torch::kDouble).contiguous().flatten();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

std::string text(const Json& about, const char* key, const std::string& otherwise) {
  return about.contains(key) && about[key].is_string() ? about[key].get<std::string>() : otherwise;
}
bool flag(const Json& about, const char* key) { return about.contains(key) && about[key].is_boolean() && about[key].get<bool>(); }

/// The terms in the order of the file, in which its alpha is stored.
std::vector<std::string> terms_of(const Json& about) {
  std::vector<std::string> terms;
  for (const Json& term : about.at("terms")) terms.push_back(term.get<std::string>());
  return terms;
}

LayerConfig config_of(const LayerGoldenCase& golden) {
  const Json& shape = golden.about.at("shape");
  LayerConfig c;
  c.d_model = shape.at("E").get<std::int64_t>();
  c.heads = shape.at("H").get<std::int64_t>();
  c.head_dim = shape.at("dh").get<std::int64_t>();
  c.max_len = shape.at("Nmax").get<std::int64_t>();
  if (const StoredTensor* r1 = golden.file.find("r1")) c.rank = r1->shape.back();
  if (const StoredTensor* w2a = golden.file.find("w2a")) c.rank = w2a->shape.back();
  const std::string mixing = text(golden.about, "mixing", "none");
  c.mixing = mixing == "softmax" ? Mixing::softmax : mixing == "sigmoid" ? Mixing::sigmoid : Mixing::sum;
  c.w2 = flag(golden.about, "w2_shared") ? W2::shared : W2::heads;
  c.dense_bias = flag(golden.about, "bias");
  c.reuse_q = flag(golden.about, "reuse_q");
  return c;
}

/// Column of the file's alpha for each of our summands, which are in alphabetical order.
std::vector<std::int64_t> columns_of(const std::vector<std::string>& file_order) {
  std::vector<std::string> ours = file_order;
  std::sort(ours.begin(), ours.end());
  std::vector<std::int64_t> columns;
  for (const std::string& term : ours) {
    columns.push_back(std::find(file_order.begin(), file_order.end(), term) - file_order.begin());
  }
  return columns;
}

/// "dense.w1" -> "w1": files name a weight without the summand that owns it.
std::string plain(const std::string& name) { return name.substr(name.rfind('.') + 1); }

bool permuted(const std::string& name, const Tensor& t) { return name == "alpha" && t.dim() == 2; }

LayerGoldenResult run_golden_layer(const LayerGoldenCase& golden) {
  if (!golden.about.contains("terms")) return {{}, "'" + text(golden.about, "variant", "this layer") + "' is no sum of attention terms"};
  const std::vector<std::string> terms = terms_of(golden.about);
  for (const std::string& term : terms) {
    if (!variants().find(term)) return {{}, "there is no variant '" + term + "'"};
  }
  const auto dtype = golden.dtype == DType::f64 ? torch::kDouble : torch::kFloat;
  const std::vector<std::int64_t> columns = columns_of(terms);
  const LayerConfig config = config_of(golden);
  SelfAttention layer(describe(join(terms, "+"), config), config, Initialiser(0, dtype));

  std::vector<std::pair<std::string, Tensor>> weights;  // by their names in the file
  {
    const torch::NoGradGuard no_grad;
    const auto take = [&](const std::string& name, Tensor to) {
      Tensor from = tensor_of(golden.file.at(name), dtype);
      if (permuted(name, from)) from = from.index_select(1, torch::tensor(columns));
      if (from.sizes() != to.sizes()) throw UserError(fmt::format("{}: {} has a wrong shape", golden.file.path, name));
      to.copy_(from);
    };
    for (const auto& p : layer->named_parameters()) {
      take(plain(p.key()), p.value());
      weights.emplace_back(plain(p.key()), p.value());
    }
    for (const auto& b : layer->named_buffers()) take(plain(b.key()), b.value());
  }

  torch::set_num_threads(golden.threads);
  const auto backend = backends().at(golden.backend)();
  AttendOptions options;
  options.causal = flag(golden.about, "causal");
  options.threads = golden.threads;
  if (const StoredTensor* lengths = golden.file.find("key_lengths")) options.key_lengths = tensor_of(*lengths, torch::kInt).view(-1);
  const Tensor x = tensor_of(golden.file.at("x"), dtype).requires_grad_();
  if (const auto reason = layer->choose(x, *backend, options).reason) return {{}, *reason};

  const Tensor y = layer->forward(x, *backend, options);
  LayerGoldenResult result;
  result.tensors.emplace_back("y", values_of(y));
  if (!golden.file.find("grad_y")) return result;
  y.backward(tensor_of(golden.file.at("grad_y"), dtype));
  result.tensors.emplace_back("grad.x", values_of(x.grad()));
  for (const auto& [name, parameter] : weights) {
    Tensor grad = parameter.grad();
    if (permuted(name, grad)) grad = grad.index_select(1, torch::tensor(columns).argsort());
    result.tensors.emplace_back("grad." + name, values_of(grad));
  }
  return result;
}

const bool registered = [] {
  layer_golden() = run_golden_layer;
  return true;
}();

}  // namespace
}  // namespace synthbench
