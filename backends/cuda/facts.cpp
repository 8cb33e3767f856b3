// What every program knows of the CUDA backends, whether or not it holds their kernels.
#include "backends/core/attention.h"

namespace synthbench {
namespace {

const bool known = known_backends().add("cuda", {"GPU, tiled kernels with online softmax, f32, bf16 and f16", false, Place::cuda});
const bool naive_known =
    known_backends().add("cuda_naive", {"GPU, one row per warp, f32, bf16 and f16: documentation", false, Place::cuda});

}  // namespace
}  // namespace synthbench
