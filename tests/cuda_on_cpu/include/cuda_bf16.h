#pragma once

// __nv_bfloat16 and its conversions for the host compiler: the upper half of a float, rounded to nearest even.
#include <bit>
#include <cmath>
#include <cstdint>

struct __nv_bfloat16 {  // NOLINT: CUDA's name
  std::uint16_t bits;
};

inline float __bfloat162float(__nv_bfloat16 number) { return std::bit_cast<float>(static_cast<std::uint32_t>(number.bits) << 16); }
inline __nv_bfloat16 __float2bfloat16_rn(float number) {
  if (std::isnan(number)) return {0x7FFF};
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(number), even = bits >> 16 & 1u;
  return {static_cast<std::uint16_t>((bits + 0x7FFFu + even) >> 16)};
}
