#include "harness/check/norm.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

double f32_floor(double max_logit) { return std::max(1e-6, 0x1p-23 * max_logit); }

}  // namespace synthbench
