#include "harness/check/pairs.h"

#include <fmt/format.h>

#include <algorithm>

#include "backends/core/ferry.h"
#include "harness/base/error.h"

namespace synthbench {
namespace {

std::vector<DType> dtypes_of(const CheckRequest& request) {
  return request.dtypes.empty() ? std::vector<DType>{DType::f32, DType::f64} : request.dtypes;
}

CheckNumber skipped(const std::string& variant, const std::string& backend, DType dtype, const std::string& masks,
                    const std::string& reason) {
  CheckNumber row{variant, backend, std::string(name(dtype))};
  row.masks = masks;
  row.reason = reason;
  return row;
}

CheckNumber number(const CheckPoint& point, const std::string& backend, DType dtype, const std::string& kernel, const TensorError& error) {
  CheckNumber row{point.variant, backend, std::string(name(dtype)), point.masks, kernel, error.tensor, error.measure};
  row.value = error.value;
  row.bound = error.bound;
  row.passed = error.passed();
  return row;
}

/// One variant on one backend in one dtype. A backend that refuses every call for one reason has one row.
void check_pair(const std::vector<CheckPoint>& points, const std::string& name, AttentionBackend& backend, DType dtype,
                const PairCheck& check, std::vector<CheckNumber>& rows) {
  for (const CheckPoint& point : points) {
    Problem tested = point.problem(dtype);
    const auto choice = backend.choose(tested.call());
    if (choice.reason) {
      const auto same = [&](const CheckNumber& row) {
        return row.skipped() && row.variant == point.variant && row.backend == name && row.dtype == synthbench::name(dtype) &&
               row.reason == *choice.reason;
      };
      if (std::ranges::none_of(rows, same)) rows.push_back(skipped(point.variant, name, dtype, point.masks, *choice.reason));
      continue;
    }
    for (const TensorError& error : check(point, std::move(tested), backend))
      rows.push_back(number(point, name, dtype, choice.kernel, error));
  }
}

/// What a backend says to the simplest call on a place.
std::optional<std::string> refusal_at(const AttentionBackend& backend, Place place) {
  const Problem problem(describe("vanilla", {.d_model = 8, .heads = 1, .head_dim = 8, .max_len = 3}), {1, 1, 3, 3, 8});
  return backend.unsupported(CallIn(problem, DType::f32, place).call());
}

}  // namespace

CallIn::CallIn(const Problem& problem, DType dtype, Place place) : call_(problem.call()), terms_(call_.terms.begin(), call_.terms.end()) {
  const auto move = [&](Layout& operand) {
    operand.dtype = dtype;
    operand.place = place;
  };
  move(call_.value);
  call_.mask.key_lengths.place = place;
  for (LogitTerm& term : terms_) move(term.lhs), move(term.rhs);
  call_.terms = terms_;
}

Place place_of(const AttentionBackend& backend) {
  return !refusal_at(backend, Place::host) || refusal_at(backend, Place::cuda) ? Place::host : Place::cuda;
}

std::string absence(const std::string& backend) {
  if (const auto* make = backends().find(backend)) {
    if (!known_backends().find(backend)) return "";  // broken on purpose: it says itself what it refuses
    const auto here = (*make)();
    return refusal_at(*here, place_of(*here)).value_or("");
  }
  const BackendFacts* facts = known_backends().find(backend);
  return facts != nullptr && facts->needs_libtorch ? "synthbench-torch has it, which is not here" : "not in this build";
}

std::vector<CheckNumber> check_pairs(const CheckRequest& request, std::int64_t length, bool tiles, const PairCheck& check) {
  const std::vector<DType> dtypes = dtypes_of(request);
  const std::vector<std::string> names = check_backends(request);
  std::vector<CheckNumber> rows;
  for (const std::string& variant : check_variants(request)) {
    const std::vector<CheckPoint> points = check_points(variant, length, tiles, request);
    const bool whole = whole_layer(points.front().mixture) != nullptr;
    for (const std::string& name : names) {
      const std::string absent =
          whole ? variant + " is a whole layer: its gate and check golden compare it with its formula" : absence(name);
      const auto real = absent.empty() ? backends().at(name)() : nullptr;
      const auto ferry = real && place_of(*real) != Place::host ? ferried(*real) : nullptr;
      AttentionBackend* const backend = ferry ? ferry.get() : real.get();
      for (const DType dtype : dtypes) {
        if (backend != nullptr) {
          check_pair(points, name, *backend, dtype, check, rows);
        } else {
          rows.push_back(skipped(variant, name, dtype, "", absent));
        }
      }
    }
  }
  return rows;
}

}  // namespace synthbench
