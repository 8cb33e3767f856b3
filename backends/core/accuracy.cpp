#include "backends/core/accuracy.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace synthbench {

bool is_zero(const std::vector<double>& truth) {
  return std::all_of(truth.begin(), truth.end(), [](double number) { return number == 0.0 || std::isinf(number); });
}

double error_norm(const std::vector<double>& x, const std::vector<double>& truth) {
  double error = 0.0, size = 0.0;
  bool infinite_differs = false;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (std::isnan(x[i])) return std::numeric_limits<double>::quiet_NaN();
    if (std::isinf(truth[i])) {
      infinite_differs = infinite_differs || x[i] != truth[i];
      continue;
    }
    error += (x[i] - truth[i]) * (x[i] - truth[i]);
    size += truth[i] * truth[i];
  }
  if (infinite_differs) return std::numeric_limits<double>::infinity();
  return size == 0.0 ? std::sqrt(error) : std::sqrt(error / size);
}

const char* error_measure(const std::vector<double>& truth) { return is_zero(truth) ? "abs_norm" : "rel_norm"; }

double error_bound(DType dtype, const std::vector<double>& truth, double plain_error, double max_logit, double largest_gradient) {
  const bool zero = is_zero(truth), exact = dtype == DType::f64;
  if (zero) return exact ? std::max(1e-12, 1e-14 * largest_gradient) : std::max(1e-5, 1e-6 * largest_gradient);
  return exact ? 1e-10 : 2 * plain_error + std::max(1e-6, 0x1p-23 * max_logit);
}

double norm(const std::vector<double>& x) {
  return std::sqrt(std::transform_reduce(x.begin(), x.end(), 0.0, std::plus<>(), [](double number) { return number * number; }));
}

}  // namespace synthbench
