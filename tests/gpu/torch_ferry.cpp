// The LibTorch backends on a GPU.
#include "tests/gpu/ferry.h"

namespace synthbench {
namespace {

const bool registered = ferry("torch");
const bool eager_registered = ferry("torch_eager");

}  // namespace
}  // namespace synthbench
