#pragma once

// __half and its conversions for the host compiler, whose _Float16 rounds to nearest even as the device does.
#include <bit>
#include <cstdint>

struct __half {  // NOLINT: CUDA's name
  std::uint16_t bits;
};

inline float __half2float(__half number) { return static_cast<float>(std::bit_cast<_Float16>(number.bits)); }
inline __half __float2half_rn(float number) { return {std::bit_cast<std::uint16_t>(static_cast<_Float16>(number))}; }
