#pragma once

#include <bit>
#include <cstdint>

#include "backends/core/tensor_view.h"

namespace synthbench {

/// Numbers of 16 bits as hosts hold them: stored narrow, computed with as float. Rounding is to nearest, ties to even.

struct BFloat16 {
  std::uint16_t bits = 0;

  BFloat16() = default;
  explicit BFloat16(float wide) {
    const auto whole = std::bit_cast<std::uint32_t>(wide);
    const bool nan = (whole & 0x7FFFFFFFu) > 0x7F800000u;
    // Half of the last place, and one bit less where the last place is even; a NaN stays one.
    bits = static_cast<std::uint16_t>(nan ? (whole >> 16) | 0x40u : (whole + 0x7FFFu + ((whole >> 16) & 1u)) >> 16);
  }
  operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

#if defined(__clang__) && __clang_major__ < 15
using NativeHalf = __fp16;  // clang 14 has _Float16 on the newest processors only
#else
using NativeHalf = _Float16;
#endif

struct Float16 {
  std::uint16_t bits = 0;

  Float16() = default;
  explicit Float16(float wide) : bits(std::bit_cast<std::uint16_t>(static_cast<NativeHalf>(wide))) {}
  operator float() const { return static_cast<float>(std::bit_cast<NativeHalf>(bits)); }
};

/// bf16 or f16: kept narrow, computed with as float.
constexpr bool is_half(DType dtype) { return dtype == DType::bf16 || dtype == DType::f16; }

/// The dtype of lse, and of what is summed: f64 for f64, else f32.
constexpr DType wide(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }

}  // namespace synthbench
