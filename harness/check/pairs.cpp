#include "harness/check/pairs.h"

#include <fmt/format.h>

#include <algorithm>

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

}  // namespace

std::string absence(const std::string& backend) {
  if (backends().find(backend) != nullptr) return "";
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
      const auto backend = absent.empty() ? backends().at(name)() : nullptr;
      for (const DType dtype : dtypes) {
        if (backend) {
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
