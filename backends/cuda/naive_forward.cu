// backends/cuda/naive_forward.cu
// One row of logits per warp: the definition, with nothing kept but out and lse.
//
//   S[i,j] = sum of the terms     m[i] = max over visible j of S[i,j]     l[i] = sum over visible j of exp(S[i,j] - m[i])
//   out[i,:] = sum_j keep[i,j] exp(S[i,j] - m[i]) / l[i] V[j,:]           lse[i] = m[i] + log l[i]
//   out (B,H,N,D)   lse (B,H,N,1)   V (B,H,M,D)
//
// Logits are computed anew each time they are needed: twice, and once more for every 32 columns of V. Memory: 32 numbers.
// Numerics: divided by l, not by exp(lse): at logits of 1e4 the rounding of lse is 5e-4 of a probability.
// Block: forward_row 32 threads, 128 bytes of shared memory
#include <cmath>

#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/launch.cuh"
#include "backends/cuda/problem.cuh"
#include "backends/cuda/shared_memory.cuh"
#include "backends/cuda/warp.cuh"

namespace synthbench::cuda {
namespace {

struct RowSoftmax {
  float largest, total;  ///< of visible logits, and of exp(S - largest); -inf and 0 where no key is visible
};

/// The same in every lane.
template <typename T>
__device__ RowSoftmax softmax_of_row(const Problem<T>& p, int b, int h, int i, Range visible) {
  const int lane = lane_of_warp();
  float largest = -INFINITY;
  for (int j = visible.begin + lane; j < visible.end; j += kWarp) largest = fmaxf(largest, logit(p, b, h, i, j));
  largest = warp_max(largest);
  float total = 0.0f;
  for (int j = visible.begin + lane; j < visible.end; j += kWarp) total += expf(logit(p, b, h, i, j) - largest);
  return {largest, warp_sum(total)};
}

template <typename T>
__global__ void forward_row(const __grid_constant__ Problem<T> p, const Tensor<T> out, const Tensor<float> lse) {
  float* weights = SharedMemory::of_block().take(kWarp);
  const int row = static_cast<int>(blockIdx.x), lane = lane_of_warp();
  const int i = row % p.queries, h = row / p.queries % p.heads, b = row / p.queries / p.heads;
  const Range visible = p.visible(b, i);
  const RowSoftmax row_softmax = softmax_of_row(p, b, h, i, visible);
  if (lane == 0) store(lse.at(b, h, i, 0), visible.empty() ? -INFINITY : row_softmax.largest + logf(row_softmax.total));
  for (int d0 = 0; d0 < p.width; d0 += kWarp) {
    const int d = d0 + lane;
    float sum = 0.0f;
    for (int j0 = visible.begin; j0 < visible.end; j0 += kWarp) {
      const int j = j0 + lane;
      weights[lane] = j < visible.end ? p.keep(b, h, i, j) * expf(logit(p, b, h, i, j) - row_softmax.largest) / row_softmax.total : 0.0f;
      __syncwarp();
      for (int k = 0; d < p.width && k < kWarp && j0 + k < visible.end; ++k) sum += weights[k] * p.value.get(b, h, j0 + k, d);
      __syncwarp();
    }
    if (d < p.width) store(out.at(b, h, i, d), sum);
  }
}

}  // namespace

void naive_forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  with_storage(call.value.dtype, [&]<typename T>(T) {
    const Problem<T> p = problem_of<T>(call);
    SharedMemory shared = SharedMemory::to_measure();
    shared.take(kWarp);
    launch(forward_row<T>, dim3(static_cast<unsigned>(p.batch * p.heads * p.queries)), dim3(kWarp), shared.bytes(),
           static_cast<cudaStream_t>(call.stream), p, tensor<T>(outputs.out), tensor<float>(outputs.lse));
  });
}

}  // namespace synthbench::cuda
