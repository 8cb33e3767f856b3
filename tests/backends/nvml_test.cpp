// How a GPU stands, asked of a library that stands in for NVIDIA's.
#include "backends/core/nvml.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace synthbench {
namespace {

class NvmlTest : public testing::Test {
 protected:
  ~NvmlTest() override {
    for (const char* name : {"FAKE_NVML_INIT", "FAKE_NVML_INDEX", "FAKE_NVML_REASONS", "CUDA_VISIBLE_DEVICES"}) ::unsetenv(name);
  }
};

TEST_F(NvmlTest, TellsClockMemoryAndWhatSlowsTheGpuDown) {
  const Nvml nvml(FAKE_NVML);
  ASSERT_TRUE(nvml.available());
  EXPECT_EQ(nvml.state().sm_mhz, 1755);
  EXPECT_EQ(nvml.state().used_bytes, 20);
  EXPECT_EQ(nvml.state().throttled, "");
  ::setenv("FAKE_NVML_REASONS", "0x24", 1);
  EXPECT_EQ(nvml.state().throttled, "heat") << "the power cap (0x4) is what large kernels of a healthy GPU run at";
  ::setenv("FAKE_NVML_REASONS", "0xC8", 1);
  EXPECT_EQ(nvml.state().throttled, "hardware slowdown, heat (hardware), power brake");
  ::setenv("FAKE_NVML_REASONS", "0x1", 1);
  EXPECT_EQ(nvml.state().throttled, "") << "idle";
}

TEST_F(NvmlTest, AsksForTheGpuThatCudaShowsFirst) {
  ::setenv("FAKE_NVML_INDEX", "3", 1);
  EXPECT_FALSE(Nvml(FAKE_NVML).available()) << "this one has no GPU 0";
  ::setenv("CUDA_VISIBLE_DEVICES", "3,1", 1);
  EXPECT_TRUE(Nvml(FAKE_NVML).available());
  ::setenv("CUDA_VISIBLE_DEVICES", "GPU-12ab", 1);
  EXPECT_TRUE(Nvml(FAKE_NVML).available());
  ::setenv("CUDA_VISIBLE_DEVICES", "GPU-ffff", 1);
  EXPECT_FALSE(Nvml(FAKE_NVML).available());
}

TEST_F(NvmlTest, WithoutTheLibraryNothingIsKnown) {
  for (const char* library : {"libno-such-thing.so.1", FAKE_NVML}) {
    ::setenv("FAKE_NVML_INIT", "9", 1);  // the driver is not loaded
    const Nvml nvml(library);
    EXPECT_FALSE(nvml.available()) << library;
    EXPECT_FALSE(nvml.state().sm_mhz);
    EXPECT_FALSE(nvml.state().used_bytes);
    EXPECT_EQ(nvml.state().throttled, "");
  }
}

}  // namespace
}  // namespace synthbench
