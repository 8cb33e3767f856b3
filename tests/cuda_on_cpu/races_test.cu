// Races are found whatever the schedule, reads beyond bounds too, and sound kernels are left in peace.
#include <gtest/gtest.h>

#include "backends/cuda/launch.cuh"
#include "tests/cuda_on_cpu/broken_kernels.cuh"
#include "tests/cuda_on_cpu/device_memory.h"
#include "tests/cuda_on_cpu/fault.h"
#include "tests/cuda_on_cpu/races.h"

namespace synthbench {
namespace {

using broken::kThreads;
using cuda_on_cpu::DeviceFloats;

constexpr std::uint64_t kSchedules = 10;

/// The fault of a launch under each of many schedules; "" where there was none.
template <typename... Wanted, typename... Given>
std::vector<std::string> faults(unsigned blocks, void (*kernel)(Wanted...), const Given&... args) {
  cuda::SharedMemory shared = cuda::SharedMemory::to_measure();
  for (const std::size_t most : {16u * 12u, 16u * 20u}) shared.take(most);
  std::vector<std::string> all;
  for (std::uint64_t seed = 0; seed < kSchedules; ++seed) {
    cuda_on_cpu::set_schedule_seed(seed);
    try {
      cuda::launch(kernel, dim3(blocks), dim3(kThreads), shared.bytes(), nullptr, args...);
      all.emplace_back();
    } catch (const cuda_on_cpu::Fault& fault) {
      all.emplace_back(fault.what());
    }
  }
  return all;
}

void expect_all(const std::vector<std::string>& faults, const std::string& text) {
  for (const std::string& fault : faults) EXPECT_TRUE(text.empty() ? fault.empty() : fault.find(text) != std::string::npos) << fault;
}

TEST(Races, SoundKernelsHaveNone) {
  const DeviceFloats in(std::vector<float>(kThreads, 1.0f)), out(2 * kThreads);
  const std::uint64_t before = cuda_on_cpu::accesses_seen();
  expect_all(faults(1, broken::reverse<true>, in.data(), out.data()), "");
  expect_all(faults(2, broken::reverse_fixed<true>, in.data(), out.data()), "");
  expect_all(faults(1, broken::rotate_twice<true>, in.data(), out.data()), "");
  expect_all(faults(1, broken::warp_sum<true>, in.data(), out.data()), "");
  EXPECT_GT(cuda_on_cpu::accesses_seen(), before + 10 * kSchedules * kThreads);
}

TEST(Races, OfAMissingBarrierAreFoundUnderEverySchedule) {
  const DeviceFloats in(std::vector<float>(kThreads, 1.0f)), out(2 * kThreads);
  expect_all(faults(1, broken::reverse<false>, in.data(), out.data()), "with no barrier between");
  expect_all(faults(2, broken::reverse_fixed<false>, in.data(), out.data()), "with no barrier between");
  expect_all(faults(1, broken::rotate_twice<false>, in.data(), out.data()), "with no barrier between");
  expect_all(faults(1, broken::warp_sum<false>, in.data(), out.data()), "with no barrier between");
}

TEST(Races, OfTensorCoresAreFound) {
  const DeviceFloats in(std::vector<float>(256, 1.0f)), out(256);
  expect_all(faults(1, broken::square<true>, in.data(), out.data(), broken::Lanes::all), "");
  expect_all(faults(1, broken::square<false>, in.data(), out.data(), broken::Lanes::all), "with no barrier between");
}

TEST(Races, OfWritesToOneWordAreFoundInABlockAndAmongBlocks) {
  const DeviceFloats in(std::vector<float>(kThreads, 1.0f)), out(1);
  expect_all(faults(1, broken::everyone_writes_one_word, in.data(), out.data()), "of shared memory, which thread");
  expect_all(faults(2, broken::blocks_write_one_word, out.data()), "of another block wrote");
  expect_all(faults(1, broken::blocks_write_one_word, out.data()), "");
}

TEST(Races, ReadsAndWritesOfGuardBandsAreFoundWhereTheyHappen) {
  const DeviceFloats in(std::vector<float>(kThreads, 1.0f)), out(1);
  expect_all(faults(1, broken::reads_global, in.data(), out.data(), 64),
             "thread 0 reads 0 bytes behind the end of device memory of 256 bytes");
  expect_all(faults(1, broken::reads_global, in.data(), out.data(), -1), "reads 4 bytes before device memory");
  expect_all(faults(1, broken::writes_global, out.data(), 1), "writes 0 bytes behind the end of device memory of 4 bytes");
  expect_all(faults(1, broken::writes_shared, 64), "writes 0 bytes behind the end of an array in shared memory");
}

}  // namespace
}  // namespace synthbench
