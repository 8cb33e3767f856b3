#pragma once

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
/// Waits until every lane that mask names waits here. Returns the values that the warp's lanes brought, by lane; of no use for
/// lanes that mask does not name.
const std::uint64_t* meet_in_warp(unsigned mask, std::uint64_t value, std::source_location where);

/// Ends the launch with a Fault that names the running thread: an exception through the kernel's frames.
[[noreturn]] void fail(const std::string& what);
/// The same where no exception may pass, as in what the compiler calls before an access: the frames are left as they are.
[[noreturn]] void abandon(const std::string& what);

}  // namespace synthbench::cuda_on_cpu
