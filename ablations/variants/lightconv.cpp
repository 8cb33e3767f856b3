// LightConv (Wu et al. 2019): a gated convolution of width 9 whose kernels, one per head, are learned and the same everywhere.
#include "ablations/variants/gated_convolution.h"

namespace synthbench {
namespace {

const bool registered = variants().add(
    "lightconv",
    {.summary = "a gated convolution of 9 positions instead of attention, one learned kernel per head; a whole layer, no summand",
     .keys = {"dense_bias"},
     .spec = [](const LayerConfig& c) { return gated_convolution(c, /*generated=*/false); },
     .whole_layer = true});

}  // namespace
}  // namespace synthbench
