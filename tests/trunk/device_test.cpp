// Models away from the host. LibTorch's device `meta` knows shapes alone and refuses to be mixed with another: a tensor that a layer
// makes on the host by mistake shows without a GPU.
#include "harness/trunk/device.h"

#include <gtest/gtest.h>

#include "ablations/resolve.h"
#include "harness/job.h"
#include "harness/trunk/layer.h"
#include "harness/trunk/training.h"

namespace synthbench {
namespace {

using torch::Tensor;

TEST(Device, ConvolutionsMakeNothingOnTheHostThatWorkElsewhere) {
  const auto backend = backends().at("reference")();
  LayerConfig config;
  config.heads = 3;
  config.head_dim = 4;
  config.d_model = 12;  // equal groups: index_select does not know this device
  config.max_len = 15;
  const Initialiser initialiser(1, torch::kFloat, torch::kMeta);
  const torch::TensorOptions there = torch::device(torch::kMeta);
  AttendOptions options;
  options.key_lengths = torch::empty({2}, there.dtype(torch::kInt));
  for (const char* variant : {"lightconv", "dynconv"}) {  // attention reads memory, and a layer norm has no form for this device
    SCOPED_TRACE(variant);
    const auto layer = make_layer({variant, config, initialiser});
    const torch::NoGradGuard forward_alone;  // not every backward knows this device
    const Tensor x = torch::empty({2, 15, 12}, there);
    const Tensor y = layer->forward(x, *backend, options);
    EXPECT_TRUE(y.is_meta());
    EXPECT_EQ(y.sizes(), x.sizes());
  }
}

TEST(Device, WithoutAGpuACellForOneSaysSo) {
  if (at::hasCUDA()) GTEST_SKIP() << "there is a GPU here";
  const Config config = resolve({{"backend", "torch"}, {"device", "cuda"}});
  try {
    device_of(config);
    FAIL() << "no GPU, and no complaint";
  } catch (const Unsupported& error) {
    EXPECT_EQ(std::string(error.what()), "device cuda: LibTorch reaches no GPU here (none, or it is linked without CUDA)");
  }
  EXPECT_EQ(device_of(resolve({{"backend", "torch"}})), torch::Device(torch::kCPU));
  EXPECT_EQ(current_stream(torch::kCPU), nullptr);
}

}  // namespace
}  // namespace synthbench
