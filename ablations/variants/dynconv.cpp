// DynamicConv (Wu et al. 2019): the gated convolution of lightconv with kernels that each position makes of its own input,
// softmax over t of (u w_gen)[g K + t]. The paper's run had a generator of a size that is not published; here it is d_model x 9 heads.
#include "ablations/variants/gated_convolution.h"

namespace synthbench {
namespace {

const bool registered =
    variants().add("dynconv", {.summary = "lightconv whose kernels each position makes of its own input; a whole layer, no summand",
                               .keys = {"dense_bias"},
                               .spec = [](const LayerConfig& c) { return gated_convolution(c, /*generated=*/true); },
                               .whole_layer = true});

}  // namespace
}  // namespace synthbench
