#include "ablations/counting.h"

#include <fmt/format.h>

#include <stdexcept>

namespace synthbench {

std::int64_t times(std::initializer_list<std::int64_t> factors) {
  std::int64_t product = 1;
  for (const std::int64_t factor : factors) {
    if (__builtin_mul_overflow(product, factor, &product)) {
      throw std::overflow_error(fmt::format("[cost] {} does not fit 63 bits", fmt::join(factors, " x ")));
    }
  }
  return product;
}

void add(std::int64_t& sum, std::int64_t more) {
  if (__builtin_add_overflow(sum, more, &sum)) throw std::overflow_error("[cost] a sum does not fit 63 bits");
}

std::int64_t plus(std::initializer_list<std::int64_t> summands) {
  std::int64_t sum = 0;
  for (const std::int64_t summand : summands) add(sum, summand);
  return sum;
}

}  // namespace synthbench
