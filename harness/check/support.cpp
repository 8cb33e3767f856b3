#include <utility>

#include "harness/check/pairs.h"
#include "harness/check/parity.h"

namespace synthbench {
namespace {

/// A whole layer is made of LibTorch modules, but for the attention call that some make: queries against `rank` rows.
Support layer_support(const CheckPoint& point, Support row, const AttentionBackend* backend, DType dtype, bool backward) {
  if (const auto refused = refusal(point.variant, row.backend)) row.reason = *refused;
  if (row.reason.empty() && dtype != DType::f32 && dtype != DType::f64) row.reason = "layers run in f32 and f64";
  if (!row.reason.empty()) return row;
  row.kernel = "modules";
  if (whole_layer(point.mixture)->attends) {
    CheckPoint call = point;
    call.mixture = describe("vanilla", {.heads = point.shape.heads, .head_dim = point.shape.width, .max_len = point.shape.keys});
    call.shape.keys = LayerConfig{}.rank;
    call.options.needs_grad = backward;
    const Problem problem = call.problem(dtype);
    const auto choice = backend->choose(problem.call());
    row.kernel = choice.kernel;
    row.reason = choice.reason.value_or("");
  }
  row.supported = row.reason.empty();
  return row;
}

Support support_of(const CheckPoint& point, const std::string& name, const AttentionBackend* backend, DType dtype, bool backward) {
  Support row{point.variant, name, std::string(synthbench::name(dtype)), backward ? "fwdbwd" : "fwd"};
  row.reason = absence(name);
  if (whole_layer(point.mixture) != nullptr) return layer_support(point, row, backend, dtype, backward);
  if (backend == nullptr) return row;
  CheckPoint wanted = point;
  wanted.options.needs_grad = backward;
  const Problem problem = wanted.problem(DType::f32);
  const auto choice = backend->choose(CallIn(problem, dtype, place_of(*backend)).call());
  row.supported = !choice.reason;
  row.kernel = choice.kernel;
  row.reason = choice.reason.value_or("");
  return row;
}

}  // namespace

std::vector<Support> check_support(const CheckRequest& request) {
  constexpr std::int64_t kLength = 65;
  const std::vector<DType> all = {DType::f32, DType::f64, DType::bf16, DType::f16};
  const std::vector<std::string> names = check_backends(request);
  std::vector<Support> rows;
  for (const std::string& variant : check_variants(request)) {
    const CheckPoint point = check_points(variant, kLength, /*tiles=*/false, request).front();
    for (const std::string& name : names) {
      const auto backend = absence(name).empty() ? backends().at(name)() : nullptr;
      for (const DType dtype : request.dtypes.empty() ? all : request.dtypes) {
        for (const bool backward : {false, true}) rows.push_back(support_of(point, name, backend.get(), dtype, backward));
      }
    }
  }
  return rows;
}

}  // namespace synthbench
