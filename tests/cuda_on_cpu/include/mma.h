#pragma once

// nvcuda::wmma for the host compiler: matrices of 16 x 16 that a warp loads, multiplies and stores together. As on a GPU no barrier is
// implied: what other lanes wrote must be behind a __syncwarp or __syncthreads.
#include <algorithm>
#include <limits>

#include "tests/cuda_on_cpu/fragments.h"
#include "tests/cuda_on_cpu/include/cuda_bf16.h"
#include "tests/cuda_on_cpu/include/cuda_fp16.h"
#include "tests/cuda_on_cpu/include/cuda_runtime.h"

namespace nvcuda::wmma {

struct matrix_a;
struct matrix_b;
struct accumulator;
struct row_major;
struct col_major;
enum layout_t { mem_row_major, mem_col_major };

/// NaN until it is filled or loaded.
template <typename Use, int m, int n, int k, typename T, typename Layout = void>
struct fragment {
  static_assert(m == 16 && n == 16 && k == 16, "the one shape that these tests know");
  static constexpr int num_elements = 8;
  float x[num_elements];
  fragment() { std::fill_n(x, num_elements, std::numeric_limits<float>::quiet_NaN()); }
};

namespace on_cpu {

inline float wide(__half number) { return __half2float(number); }
inline float wide(__nv_bfloat16 number) { return __bfloat162float(number); }

/// Where entry e of this lane lies.
inline unsigned offset_of(unsigned e, unsigned pitch, bool rows_first) {
  const unsigned entry = synthbench::cuda_on_cpu::linear_thread() % 32 * 8 + e, row = entry / 16, col = entry % 16;
  return rows_first ? row * pitch + col : col * pitch + row;
}

}  // namespace on_cpu

template <typename Sum>
void fill_fragment(Sum& sum, float number) {
  std::fill_n(sum.x, Sum::num_elements, number);
}

template <typename Use, typename T, typename Layout>
void load_matrix_sync(fragment<Use, 16, 16, 16, T, Layout>& matrix, const T* memory, unsigned pitch, CallSite where = CallSite::current()) {
  synthbench::cuda_on_cpu::meet_at_matrix(memory, pitch * sizeof(T), where);
  for (unsigned e = 0; e < 8; ++e) {
    matrix.x[e] = on_cpu::wide(memory[on_cpu::offset_of(e, pitch, std::is_same_v<Layout, row_major>)]);
  }
}

inline void load_matrix_sync(fragment<accumulator, 16, 16, 16, float>& matrix, const float* memory, unsigned pitch, layout_t layout,
                             CallSite where = CallSite::current()) {
  synthbench::cuda_on_cpu::meet_at_matrix(memory, pitch * sizeof(float), where);
  for (unsigned e = 0; e < 8; ++e) matrix.x[e] = memory[on_cpu::offset_of(e, pitch, layout == mem_row_major)];
}

inline void store_matrix_sync(float* memory, const fragment<accumulator, 16, 16, 16, float>& matrix, unsigned pitch, layout_t layout,
                              CallSite where = CallSite::current()) {
  synthbench::cuda_on_cpu::meet_at_matrix(memory, pitch * sizeof(float), where);
  for (unsigned e = 0; e < 8; ++e) memory[on_cpu::offset_of(e, pitch, layout == mem_row_major)] = matrix.x[e];
}

/// to = a b + from
template <typename T, typename LayoutA, typename LayoutB>
void mma_sync(fragment<accumulator, 16, 16, 16, float>& to, const fragment<matrix_a, 16, 16, 16, T, LayoutA>& a,
              const fragment<matrix_b, 16, 16, 16, T, LayoutB>& b, const fragment<accumulator, 16, 16, 16, float>& from,
              CallSite where = CallSite::current()) {
  to = from;
  synthbench::cuda_on_cpu::multiply_add(a.x, b.x, to.x, where);
}

}  // namespace nvcuda::wmma
