// The shim finds what it is there to find: right kernels pass under every schedule, wrong ones do not.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "backends/cuda/launch.cuh"
#include "tests/cuda_on_cpu/broken_kernels.cuh"
#include "tests/cuda_on_cpu/device_memory.h"
#include "tests/cuda_on_cpu/fault.h"

namespace synthbench {
namespace {

using broken::kThreads;
using cuda_on_cpu::DeviceFloats;
using cuda_on_cpu::Fault;
using Kernel = void (*)(const float*, float*);

constexpr std::uint64_t kSchedules = 20;

std::vector<float> numbers() {
  std::vector<float> all(kThreads);
  std::iota(all.begin(), all.end(), 1.0f);
  return all;
}

std::size_t shared_for(std::initializer_list<std::size_t> arrays) {
  cuda::SharedMemory shared = cuda::SharedMemory::to_measure();
  for (const std::size_t count : arrays) shared.take(count);
  return shared.bytes();
}

template <typename... Wanted, typename... Given>
void launch_small(void (*kernel)(Wanted...), const Given&... args) {
  cuda::launch(kernel, dim3(2), dim3(kThreads), shared_for({kThreads, kThreads}), nullptr, args...);
}

/// What a kernel gave under each of many schedules.
std::set<std::vector<float>> outcomes(Kernel kernel, std::size_t results) {
  std::set<std::vector<float>> all;
  for (std::uint64_t seed = 0; seed < kSchedules; ++seed) {
    cuda_on_cpu::set_schedule_seed(seed);
    const DeviceFloats in(numbers()), out(results);
    cuda::launch(kernel, dim3(1), dim3(kThreads), shared_for({kThreads}), nullptr, in.data(), out.data());
    std::vector<float> given = out.numbers();
    for (float& number : given) number = std::isnan(number) ? -1.0f : number;  // NaN has no place in a set
    all.insert(given);
  }
  return all;
}

std::string fault_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Fault& fault) {
    return fault.what();
  }
  return {};
}

TEST(CudaOnCpu, RightKernelsGiveOneResultUnderEverySchedule) {
  std::vector<float> reversed = numbers(), twice(kThreads);
  std::reverse(reversed.begin(), reversed.end());
  for (std::size_t t = 0; t < kThreads; ++t) twice[t] = numbers()[(t + 2) % kThreads];
  EXPECT_EQ(outcomes(broken::reverse<true>, kThreads), (std::set<std::vector<float>>{reversed}));
  EXPECT_EQ(outcomes(broken::reverse_fixed<true>, kThreads), (std::set<std::vector<float>>{reversed}));
  EXPECT_EQ(outcomes(broken::rotate_twice<true>, kThreads), (std::set<std::vector<float>>{twice}));
  EXPECT_EQ(outcomes(broken::warp_sum<true>, 2), (std::set<std::vector<float>>{{528.0f, 1552.0f}}));
}

TEST(CudaOnCpu, AMissingBarrierShowsInTheResults) {
  EXPECT_GT(outcomes(broken::reverse<false>, kThreads).size(), 1u);
  EXPECT_GT(outcomes(broken::rotate_twice<false>, kThreads).size(), 1u);
  EXPECT_GT(outcomes(broken::warp_sum<false>, 2).size(), 1u);
}

TEST(CudaOnCpu, ARaceShowsInTheResults) { EXPECT_GT(outcomes(broken::everyone_writes_one_word, 1).size(), 1u); }

TEST(CudaOnCpu, WritesOutsideOfSharedMemoryAreFaults) {
  const auto writes = [](int at) {
    return fault_of([at] { cuda::launch(broken::writes_shared, dim3(1), dim3(kThreads), shared_for({kThreads}), nullptr, at); });
  };
  EXPECT_EQ(writes(63), "");
  EXPECT_NE(writes(64).find("behind the end of an array in shared memory"), std::string::npos);
  EXPECT_NE(writes(64 + 16).find("behind the end of shared memory"), std::string::npos);
  EXPECT_NE(writes(-1).find("4 bytes before shared memory"), std::string::npos);
  EXPECT_NE(fault_of([] { launch_small(broken::overruns_first_array); }).find("array in shared memory"), std::string::npos);
}

TEST(CudaOnCpu, WritesOutsideOfDeviceMemoryAreFaults) {
  const DeviceFloats out(kThreads);
  const auto writes = [&](int at) { return fault_of([&] { launch_small(broken::writes_global, out.data(), at); }); };
  EXPECT_EQ(writes(0), "");
  EXPECT_EQ(writes(64), "the launch made a write 0 bytes behind the end of device memory of 256 bytes");
  EXPECT_EQ(writes(-2), "the launch made a write 8 bytes before device memory of 256 bytes");
}

TEST(CudaOnCpu, SharedMemoryIsNaNUntilItIsWrittenInEveryBlock) {
  const DeviceFloats out(kThreads);
  launch_small(broken::writes_shared, 5);
  launch_small(broken::reads_unwritten, out.data());
  for (const float number : out.numbers()) EXPECT_TRUE(std::isnan(number));
}

TEST(CudaOnCpu, ThreadsThatPartWaysAtABarrierAreFaults) {
  using broken::Parting;
  const auto fault = [](Parting parting) { return fault_of([=] { launch_small(broken::parts_ways, parting); }); };
  EXPECT_NE(fault(Parting::leaves).find("thread 7 has left the kernel"), std::string::npos) << fault(Parting::leaves);
  EXPECT_NE(fault(Parting::other_barrier).find("waits at the barrier of broken_kernels.cuh:"), std::string::npos)
      << fault(Parting::other_barrier);
  EXPECT_NE(fault(Parting::warp_lane_leaves).find("thread 7 has left the kernel"), std::string::npos) << fault(Parting::warp_lane_leaves);
  EXPECT_NE(fault(Parting::warp_masks).find("different masks"), std::string::npos) << fault(Parting::warp_masks);
  EXPECT_NE(fault(Parting::warp_beside_block).find("for ever"), std::string::npos) << fault(Parting::warp_beside_block);
  EXPECT_EQ(outcomes(broken::reverse<true>, kThreads).size(), 1u) << "a launch after a fault is sound";
}

/// What each lane of a warp reads through each collective.
__global__ void collectives(float* out) {
  const unsigned lane = threadIdx.x;
  const float mine = static_cast<float>(lane);
  out[lane] = __shfl_xor_sync(0xFFFFFFFFu, mine, 5);
  out[32 + lane] = __shfl_down_sync(0xFFFFFFFFu, mine, 3u);
  out[64 + lane] = __shfl_sync(0xFFFFFFFFu, mine, 9);
  out[96 + lane] = __shfl_xor_sync(0xFFFFFFFFu, mine, 1, 8);
  out[128 + lane] = static_cast<float>(__ballot_sync(0xFFFFFFFFu, lane == 3 || lane == 20) == ((1u << 3) | (1u << 20)));
  out[160 + lane] = static_cast<float>(__any_sync(0xFFFFFFFFu, lane == 30) != 0 && __any_sync(0xFFFFFFFFu, false) == 0);
  out[192 + lane] = static_cast<float>(__all_sync(0xFFFFFFFFu, true) != 0 && __all_sync(0xFFFFFFFFu, lane != 30) == 0);
}

TEST(CudaOnCpu, ShufflesAndVotesDoWhatThoseOfAWarpDo) {
  for (std::uint64_t seed = 0; seed < kSchedules; ++seed) {
    cuda_on_cpu::set_schedule_seed(seed);
    const DeviceFloats out(7 * 32);
    cuda::launch(collectives, dim3(1), dim3(32), 0, nullptr, out.data());
    const std::vector<float> read = out.numbers();
    for (unsigned lane = 0; lane < 32; ++lane) {
      EXPECT_EQ(read[lane], static_cast<float>(lane ^ 5));
      EXPECT_EQ(read[32 + lane], static_cast<float>(lane + 3 < 32 ? lane + 3 : lane));
      EXPECT_EQ(read[64 + lane], 9.0f);
      EXPECT_EQ(read[96 + lane], static_cast<float>(lane ^ 1));
      for (unsigned vote = 4; vote < 7; ++vote) EXPECT_EQ(read[vote * 32 + lane], 1.0f) << vote;
    }
  }
}

TEST(CudaOnCpu, TensorCoresMultiplyWithAllLanesOfAWarp) {
  using broken::Lanes;
  std::vector<float> numbers(256), squared(256, 0.0f);
  for (std::size_t n = 0; n < 256; ++n) numbers[n] = static_cast<float>(n * 37 % 29) - 14.0f;
  for (std::size_t n = 0; n < 256; ++n) {
    for (std::size_t k = 0; k < 16; ++k) squared[n] += numbers[n / 16 * 16 + k] * numbers[n % 16 * 16 + k];
  }
  const DeviceFloats in(numbers);
  const auto shared = shared_for({16 * 12, 16 * 20});
  const auto product = [&](auto kernel, Lanes lanes) {
    const DeviceFloats out(256);
    cuda::launch(kernel, dim3(1), dim3(kThreads), shared, nullptr, in.data(), out.data(), lanes);
    return out.numbers();
  };
  int lost = 0;
  for (std::uint64_t seed = 0; seed < kSchedules; ++seed) {
    cuda_on_cpu::set_schedule_seed(seed);
    EXPECT_EQ(product(broken::square<true>, Lanes::all), squared);
    lost += product(broken::square<false>, Lanes::all) != squared ? 1 : 0;
  }
  EXPECT_GT(lost, 0) << "loading a matrix is no barrier";
  const auto fault = [&](Lanes lanes) { return fault_of([&] { product(broken::square<true>, lanes); }); };
  EXPECT_NE(fault(Lanes::one_stays_away).find("thread 5 has left the kernel"), std::string::npos) << fault(Lanes::one_stays_away);
  EXPECT_NE(fault(Lanes::one_elsewhere).find("but block (0,0,0) thread"), std::string::npos) << fault(Lanes::one_elsewhere);
  EXPECT_NE(fault(Lanes::one_misplaced).find("load or store different matrices"), std::string::npos) << fault(Lanes::one_misplaced);
  EXPECT_NE(fault(Lanes::unaligned).find("multiple of 32 bytes"), std::string::npos) << fault(Lanes::unaligned);
}

/// out[number of this thread in the grid] = that number, told by the coordinates.
__global__ void writes_own_number(float* out) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  out[block * 12 + thread] = static_cast<float>(block * 12 + thread);
}

TEST(CudaOnCpu, EveryThreadOfEveryBlockRunsOnce) {
  const DeviceFloats out(12 * 30);
  cuda::launch(writes_own_number, dim3(2, 3, 5), dim3(3, 2, 2), 0, nullptr, out.data());
  const std::vector<float> written = out.numbers();
  for (std::size_t k = 0; k < written.size(); ++k) EXPECT_EQ(written[k], static_cast<float>(k));
}

TEST(CudaOnCpu, LaunchesThatNoDeviceTakesAreErrors) {
  const DeviceFloats out(1);
  const auto fails = [&](dim3 grid, dim3 block, std::size_t smem) {
    try {
      cuda::launch(broken::blocks_write_one_word, grid, block, smem, nullptr, out.data());
    } catch (const std::runtime_error& error) {
      return std::string(error.what()) == "[cuda] launch: invalid configuration argument";
    }
    return false;
  };
  EXPECT_TRUE(fails(dim3(0), dim3(32), 0));
  EXPECT_TRUE(fails(dim3(1, 65536), dim3(32), 0));
  EXPECT_TRUE(fails(dim3(1), dim3(1025), 0));
  EXPECT_TRUE(fails(dim3(1), dim3(32), 48 * 1024 + 4));
  EXPECT_FALSE(fails(dim3(1), dim3(1024), 48 * 1024));
}

TEST(CudaOnCpu, ScratchIsGivenBackAndItsGuardsAreChecked) {
  const std::size_t before = cuda_on_cpu::device_allocations();
  {
    const cuda::Scratch<float> scratch(8, nullptr);
    EXPECT_EQ(cuda_on_cpu::device_allocations(), before + 1);
    EXPECT_TRUE(std::isnan(scratch.data()[7]));
  }
  EXPECT_EQ(cuda_on_cpu::device_allocations(), before);
}

}  // namespace
}  // namespace synthbench
