// Golden layers (docs/golden.md): the same layers that train, with a file's weights, on any backend.
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <map>

#include "ablations/logit_spec.h"
#include "harness/check/layer_golden.h"
#include "harness/trunk/layer.h"

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

/// The terms in the order of the file, in which its alpha is stored; the variant itself where it is a whole layer.
std::vector<std::string> terms_of(const Json& about) {
  std::vector<std::string> terms;
  if (!about.contains("terms")) return {about.at("variant").get<std::string>()};
  for (const Json& term : about.at("terms")) terms.push_back(term.get<std::string>());
  return terms;
}

std::int64_t rank_of(const LayerGoldenCase& golden) {
  for (const char* factor : {"r1", "w2a", "proj"}) {
    if (const StoredTensor* stored = golden.file.find(factor)) return stored->shape.back();
  }
  return golden.about.at("shape").value("S", LayerConfig{}.rank);
}

LayerConfig config_of(const LayerGoldenCase& golden) {
  const Json& shape = golden.about.at("shape");
  LayerConfig c;
  c.d_model = shape.at("E").get<std::int64_t>();
  c.heads = shape.value("H", std::int64_t{1});  // convolutions and mixers lack some of these
  c.head_dim = shape.value("dh", c.d_model);
  c.max_len = shape.value("Nmax", shape.at("N").get<std::int64_t>());
  c.rank = rank_of(golden);
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
  const std::vector<std::string> terms = terms_of(golden.about);
  for (const std::string& term : terms) {
    if (!variants().find(term)) return {{}, "there is no variant '" + term + "'"};
  }
  const std::string variant = join(terms, "+");
  if (const auto reason = refusal(variant, golden.backend)) return {{}, *reason};
  const auto dtype = golden.dtype == DType::f64 ? torch::kDouble : torch::kFloat;
  const std::vector<std::int64_t> columns = columns_of(terms);
  const LayerConfig config = config_of(golden);
  const auto layer = make_layer({canonical_variant(variant), config, Initialiser(0, dtype)});

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
