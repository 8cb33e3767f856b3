// backends/cuda/naive_backward.cu
// Gradients, each computed by itself from recomputed logits; one that is not wanted costs nothing.
//
//   in the forward pass:  P = exp(S - lse)    Y[i] = sum_j keep P[i,j] V[j]    S = sum of scale * term
//   dP[i,j]   = keep dY[i] . V[j]                               delta[i] = sum_j P dP        (B,H,N)
//   dV[j]     = sum_i keep P[i,j] dY[i]                                                      (B,H,M,D)
//   dS[i,j]   = P[i,j] (dP[i,j] - delta[i])
//   and into the sides of each term: side_sums.cuh
//
// Kernels:  row_delta     one row per warp
//           sum_rows      one distinct row of dV, dlhs or drhs per warp
//           sum_entries   one distinct entry of a tiled or table side per thread
// Each adds up (b,h,row) by (b,h,row), then those sums: long sums over a shared axis lose less that way.
// Numerics: delta is divided by sum_j P, which the rounding of lse keeps from being 1: at logits of 1e4 a row of dS would not cancel.
// dY . Y would be the same number, but Y may be stored in 16 bits.
// Block: row_delta 32 threads, 0 bytes of shared memory
// Block: sum_rows 32 threads, 128 bytes of shared memory
// Block: sum_entries 128 threads, 0 bytes of shared memory
#include <cmath>

#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/launch.cuh"
#include "backends/cuda/owners.cuh"
#include "backends/cuda/problem.cuh"
#include "backends/cuda/shared_memory.cuh"
#include "backends/cuda/side_sums.cuh"
#include "backends/cuda/warp.cuh"

namespace synthbench::cuda {
namespace {

constexpr int kThreads = 128;

/// keep P[i,j] of a visible entry.
template <typename T>
__device__ float kept_probability(const Problem<T>& p, const Given<T>& g, int b, int h, int i, int j) {
  return p.keep(b, h, i, j) * expf(logit(p, b, h, i, j) - g.lse.get(b, h, i, 0));
}

/// dP[i,j] of a visible entry.
template <typename T>
__device__ float probability_gradient(const Problem<T>& p, const Tensor<const T>& grad_out, int b, int h, int i, int j) {
  float dot = 0.0f;
  for (int d = 0; d < p.width; ++d) dot += grad_out.get(b, h, i, d) * p.value.get(b, h, j, d);
  return p.keep(b, h, i, j) * dot;
}

template <typename T>
__global__ void row_delta(const __grid_constant__ Problem<T> p, const __grid_constant__ Given<T> g, float* delta) {
  const int row = static_cast<int>(blockIdx.x);
  const int i = row % p.queries, h = row / p.queries % p.heads, b = row / p.queries / p.heads;
  const Range visible = p.visible(b, i);
  float mean = 0.0f, total = 0.0f;
  for (int j = visible.begin + lane_of_warp(); j < visible.end; j += kWarp) {
    const float probability = expf(logit(p, b, h, i, j) - g.lse.get(b, h, i, 0));
    mean += probability * probability_gradient(p, g.grad_out, b, h, i, j);
    total += probability;
  }
  mean = warp_sum(mean);
  total = warp_sum(total);
  if (lane_of_warp() == 0) delta[row] = total > 0.0f ? mean / total : 0.0f;
}

/// dS[i,j] of a visible entry.
template <typename T>
__device__ float logit_gradient(const Problem<T>& p, const Given<T>& g, int b, int h, int i, int j) {
  const float delta = g.delta[(std::int64_t{b} * p.heads + h) * p.queries + i];
  return expf(logit(p, b, h, i, j) - g.lse.get(b, h, i, 0)) * (probability_gradient(p, g.grad_out, b, h, i, j) - delta);
}

template <RowSum what, typename T>
__device__ float weight(const Problem<T>& p, const Given<T>& g, int b, int h, int i, int j) {
  if (!p.visible(b, i).holds(j)) return 0.0f;  // and nothing read: keys that a sample does not see may be NaN
  if constexpr (what == RowSum::value) {
    return kept_probability(p, g, b, h, i, j);
  } else {
    return logit_gradient(p, g, b, h, i, j);
  }
}

/// vectors: dY, rhs or lhs, by the axis that is summed over.
template <RowSum what, typename T>
__global__ void sum_rows(const __grid_constant__ Problem<T> p, const __grid_constant__ Given<T> g, const Tensor<const T> vectors, int width,
                         float scale, const Owners owners, const Tensor<T> grad) {
  float* weights = SharedMemory::of_block().take(kWarp);
  const int lane = lane_of_warp();
  const auto own = owners.owner(blockIdx.x);
  for (int c0 = 0; c0 < width; c0 += kWarp) {
    const int c = c0 + lane;
    float total = 0.0f;
    for (int b = own.batches.begin; b < own.batches.end; ++b) {
      for (int h = own.head_range.begin; h < own.head_range.end; ++h) {
        for (int row = own.row_range.begin; row < own.row_range.end; ++row) {
          const Range others = what == RowSum::inner_lhs ? p.visible(b, row) : Range{0, p.queries};
          float sum = 0.0f;
          for (int first = others.begin; first < others.end; first += kWarp) {
            const int other = first + lane;
            const int i = what == RowSum::inner_lhs ? row : other, j = what == RowSum::inner_lhs ? other : row;
            weights[lane] = other < others.end ? weight<what>(p, g, b, h, i, j) : 0.0f;
            __syncwarp();
            for (int k = 0; c < width && k < kWarp && first + k < others.end; ++k) sum += weights[k] * vectors.get(b, h, first + k, c);
            __syncwarp();
          }
          total += sum;
        }
      }
    }
    if (c < width) grad.add(own.b, own.h, own.row, c, scale * total);
  }
}

/// The part of row (b,h,i) in entry c of a side.
template <EntrySum what, typename T>
__device__ float entry_of_row(const Problem<T>& p, const Given<T>& g, const Term<T>& term, int b, int h, int i, int c) {
  const Range visible = p.visible(b, i);
  float sum = 0.0f;
  if constexpr (what == EntrySum::table) {
    if (visible.holds(c)) sum = logit_gradient(p, g, b, h, i, c);
  } else if constexpr (what == EntrySum::tiled_lhs) {
    const int first = c + (visible.begin - c + term.width - 1) / term.width * term.width;  // the first visible one with that remainder
    for (int j = first; j < visible.end; j += term.width) sum += logit_gradient(p, g, b, h, i, j) * term.rhs.get(b, h, i, j / term.width);
  } else {
    const int first = c * term.width, behind = min(first + term.width, visible.end);
    for (int j = max(first, visible.begin); j < behind; ++j) sum += logit_gradient(p, g, b, h, i, j) * term.lhs.get(b, h, i, j - first);
  }
  return sum;
}

template <EntrySum what, typename T>
__global__ void sum_entries(const __grid_constant__ Problem<T> p, const __grid_constant__ Given<T> g, int t, int width, const Owners owners,
                            const Tensor<T> grad) {
  const std::int64_t entry = std::int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (entry >= owners.count() * width) return;
  const int c = static_cast<int>(entry % width);
  const auto own = owners.owner(entry / width);
  float total = 0.0f;
  for (int b = own.batches.begin; b < own.batches.end; ++b) {
    for (int h = own.head_range.begin; h < own.head_range.end; ++h) {
      for (int i = own.row_range.begin; i < own.row_range.end; ++i) total += entry_of_row<what>(p, g, p.term[t], b, h, i, c);
    }
  }
  grad.add(own.b, own.h, own.row, c, p.term[t].scale * total);
}

unsigned blocks_for(std::int64_t threads) { return static_cast<unsigned>((threads + kThreads - 1) / kThreads); }

/// One backward call: what its launches have in common.
template <typename T>
struct Launcher {
  Problem<T> p;
  Given<T> g;
  cudaStream_t stream;

  template <RowSum what>
  void rows(const ConstView& vectors, float scale, const View& grad) const {
    if (!grad) return;
    SharedMemory shared = SharedMemory::to_measure();
    shared.take(kWarp);
    const Owners owners = owners_of(grad);
    launch(sum_rows<what, T>, dim3(static_cast<unsigned>(owners.count())), dim3(kWarp), shared.bytes(), stream, p, g, tensor<T>(vectors),
           static_cast<int>(grad.shape.col), scale, owners, tensor<T>(grad));
  }

  template <EntrySum what>
  void entries(int t, const View& grad) const {
    if (!grad) return;
    const Owners owners = owners_of(grad);
    launch(sum_entries<what, T>, dim3(blocks_for(owners.count() * grad.shape.col)), dim3(kThreads), 0, stream, p, g, t,
           static_cast<int>(grad.shape.col), owners, tensor<T>(grad));
  }
};

}  // namespace

void naive_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  with_storage(call.value.dtype, [&]<typename T>(T) {
    const auto stream = static_cast<cudaStream_t>(call.stream);
    const Problem<T> p = problem_of<T>(call);
    const std::int64_t row_count = std::int64_t{p.batch} * p.heads * p.queries;
    const Scratch<float> delta(static_cast<std::size_t>(row_count), stream);
    const Given<T> given{tensor<T>(grad_out), tensor<float>(ConstView(outputs.lse)), delta.data()};
    launch(row_delta<T>, dim3(static_cast<unsigned>(row_count)), dim3(kWarp), 0, stream, p, given, delta.data());
    const Launcher<T> backward{p, given, stream};
    backward.template rows<RowSum::value>(grad_out, 1.0f, grads.value);
    launch_sides(backward, call, grads);
  });
}

}  // namespace synthbench::cuda
