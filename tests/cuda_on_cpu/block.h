#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>

namespace synthbench::cuda_on_cpu {

struct Extent3 {
  unsigned x = 1, y = 1, z = 1;
};

/// Runs body once per thread of every block of a grid: one block at a time, its threads as fibers that run from barrier to barrier
/// in an order drawn from the schedule's seed. Throws Fault; the launch is then over, and the next one starts afresh.
void run_grid(Extent3 grid, Extent3 block, std::size_t smem_bytes, const std::function<void()>& body);

/// The seed of the order in which threads run; without one, SYNTHBENCH_TEST_SEED or 0.
void set_schedule_seed(std::uint64_t seed);

// What the thread that runs may ask. Threads count x fastest, as warps do.
Extent3 this_thread();
Extent3 this_block();
Extent3 block_extent();
Extent3 grid_extent();
unsigned linear_thread();
bool inside_kernel();
std::uint64_t launch_number();
bool on_own_stack(const void* address);

// How far the block and this thread's warp have come: accesses of two threads of one block that lie in different epochs, or of one
// warp in different warp epochs, are ordered.
std::uint64_t block_epoch();
std::uint64_t warp_epoch();

/// Waits until every thread of the block waits here, at the same place in the source.
void wait_for_block(std::source_location where);
/// What a lane brings to a meeting of its warp.
struct Brought {
  std::array<std::uint64_t, 8> words{};
};
/// Whether what lanes wrote before a meeting may be read by others after it.
enum class Orders { memory, nothing };
/// Waits until every lane that mask names waits here. Returns what the warp's lanes brought, by lane, to be read before the next meeting
/// but one; of no use for lanes that mask does not name.
const Brought* meet_in_warp(unsigned mask, const Brought& mine, std::source_location where, Orders orders = Orders::memory);

/// Ends the launch with a Fault that names the running thread: an exception through the kernel's frames.
[[noreturn]] void fail(const std::string& what);
/// The same where no exception may pass, as in what the compiler calls before an access: the frames are left as they are.
[[noreturn]] void abandon(const std::string& what);

}  // namespace synthbench::cuda_on_cpu
