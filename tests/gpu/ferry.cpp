// The CUDA backends on a GPU.
#include "tests/gpu/ferry.h"

namespace synthbench {
namespace {

const bool registered = ferry("cuda");
const bool naive_registered = ferry("cuda_naive");

}  // namespace
}  // namespace synthbench
