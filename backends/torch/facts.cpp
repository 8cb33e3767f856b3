// What both programs know of the LibTorch backends; this file includes none of LibTorch.
#include "backends/core/attention.h"

namespace synthbench {
namespace {

const bool torch_known =
    known_backends().add("torch", {"LibTorch: the fastest ATen composition for the call (fused, folded or eager)", true});
const bool torch_eager_known =
    known_backends().add("torch_eager", {"LibTorch: materialised logits, softmax, product; the composition people write", true});

}  // namespace
}  // namespace synthbench
