// Every access of a kernel, judged. Kernel sources of the tests that look for races are compiled with -fsanitize=thread, which puts
// a call before each load and store; ThreadSanitizer itself is not linked, this file answers instead and knows CUDA's order:
//
//   two accesses to one word, one of them a write, by two threads, are a race unless a barrier lies between them:
//   of the block (another block epoch) or, for threads of one warp, of the warp (another warp epoch). Blocks are never ordered.
//
// Shared memory belongs to a block: what another block did there is over. Launches are ordered.
//
// So a race is found whatever the order in which threads happened to run. Guard bands are refused at the very access.
#include "tests/cuda_on_cpu/races.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_map>

#include "tests/cuda_on_cpu/block.h"
#include "tests/cuda_on_cpu/memory.h"

extern "C" char __data_start, _end;  // NOLINT: the linker's names for the first and last byte of what is static

namespace synthbench::cuda_on_cpu {
namespace {

/// Who touched a word last, and when.
struct Access {
  std::uint64_t block = ~std::uint64_t{0}, block_epoch = 0, warp_epoch = 0;
  unsigned thread = 0;
  bool happened() const { return block != ~std::uint64_t{0}; }
};

/// A word's last write and two of its reads, of different warps where there were two.
struct Word {
  Access write, reads[2];
};

std::unordered_map<std::uintptr_t, Word> words;
std::uint64_t seen = 0, launch = 0;
bool judging = false;  // what this file itself calls may be compiled to be judged

Access now() {
  const Extent3 at = this_block(), grid = grid_extent();
  return {(std::uint64_t{at.z} * grid.y + at.y) * grid.x + at.x, block_epoch(), warp_epoch(), linear_thread()};
}

bool is_shared_memory(const void* address) {
  const auto* byte = static_cast<const char*>(address);
  const auto* dynamic = static_cast<const char*>(shared_memory());
  return (byte >= dynamic && byte < dynamic + shared_bytes()) || (byte >= &__data_start && byte < &_end);
}

bool ordered(const Access& before, const Access& after, bool in_shared) {
  if (!before.happened()) return true;
  if (before.block != after.block) return in_shared;
  if (before.thread == after.thread || before.block_epoch != after.block_epoch) return true;
  return before.thread / 32 == after.thread / 32 && before.warp_epoch != after.warp_epoch;
}

void remember_read(Word& word, const Access& access, bool in_shared) {
  Access& first = word.reads[0];
  if (ordered(first, access, in_shared)) {
    first = access;
  } else {
    word.reads[1] = access;
  }
}

std::string hex(std::uintptr_t address) {
  char text[20];
  std::snprintf(text, sizeof text, "%zx", static_cast<std::size_t>(address));
  return text;
}

std::string where(const void* address) {
  const auto* shared = static_cast<const std::byte*>(shared_memory());
  const auto* byte = static_cast<const std::byte*>(address);
  if (byte >= shared && byte < shared + shared_bytes()) return "byte " + std::to_string(byte - shared) + " of shared memory";
  return "address " + hex(reinterpret_cast<std::uintptr_t>(address));
}

void judge_word(Word& word, const void* address, bool is_write) {
  const Access access = now();
  const bool in_shared = is_shared_memory(address);
  const auto race = [&](const Access& other, const char* did) {
    judging = false;
    abandon(std::string(is_write ? "writes " : "reads ") + where(address) + ", which thread " + std::to_string(other.thread) +
            (other.block == access.block ? "" : " of another block") + did + " with no barrier between");
  };
  if (!ordered(word.write, access, in_shared)) race(word.write, " wrote");
  if (!is_write) return remember_read(word, access, in_shared);
  for (const Access& read : word.reads) {
    if (!ordered(read, access, in_shared)) race(read, " read");
  }
  word.write = access;
}

void judge(const void* address, std::size_t bytes, bool is_write) {
  if (judging || !inside_kernel() || on_own_stack(address)) return;
  judging = true;
  ++seen;
  if (launch != launch_number()) {
    words.clear();
    launch = launch_number();
  }
  if (const std::string band = guard_band_at(address); !band.empty()) {
    judging = false;
    abandon((is_write ? "writes " : "reads ") + band);
  }
  // Words of 4 bytes; smaller numbers are words of their own.
  const auto from = reinterpret_cast<std::uintptr_t>(address);
  for (std::uintptr_t at = from; at < from + bytes; at += 4) judge_word(words[at], address, is_write);
  judging = false;
}

}  // namespace

std::uint64_t accesses_seen() { return seen; }

}  // namespace synthbench::cuda_on_cpu

// What -fsanitize=thread calls, by the names that GCC gives them.
using synthbench::cuda_on_cpu::judge;
#define SYNTHBENCH_ACCESS(size)                                                    \
  void __tsan_read##size(void* address) { judge(address, size, false); }           \
  void __tsan_write##size(void* address) { judge(address, size, true); }           \
  void __tsan_unaligned_read##size(void* address) { judge(address, size, false); } \
  void __tsan_unaligned_write##size(void* address) { judge(address, size, true); }

extern "C" {
SYNTHBENCH_ACCESS(1)
SYNTHBENCH_ACCESS(2)
SYNTHBENCH_ACCESS(4)
SYNTHBENCH_ACCESS(8)
SYNTHBENCH_ACCESS(16)
void __tsan_read_range(void* address, std::size_t bytes) { judge(address, bytes, false); }
void __tsan_write_range(void* address, std::size_t bytes) { judge(address, bytes, true); }
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_init() {}
}
