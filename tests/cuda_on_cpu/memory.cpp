// Guard bands: bytes of 0xFF, which are NaN in every floating-point type, on both sides of whatever a kernel may touch.
#include "tests/cuda_on_cpu/memory.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "tests/cuda_on_cpu/fault.h"

namespace synthbench::cuda_on_cpu {
namespace {

constexpr std::size_t kBand = 256;
constexpr std::byte kNaN{0xFF};

struct Banded {
  std::vector<std::byte> memory;  ///< band, payload, band
  std::size_t bytes = 0;

  std::byte* payload() { return memory.data() + kBand; }
  void start(std::size_t size) {
    bytes = size;
    memory.assign(size + 2 * kBand, kNaN);
  }
};

std::map<std::byte*, Banded>& device() {
  static std::map<std::byte*, Banded> allocations;
  return allocations;
}

Banded shared;
std::set<std::byte*> gaps;

/// First byte of [from, from + size) that is no longer 0xFF, mended; npos where all are.
std::size_t mend(std::byte* from, std::size_t size) {
  const auto broken = static_cast<std::size_t>(std::find_if(from, from + size, [](std::byte b) { return b != kNaN; }) - from);
  std::fill_n(from, size, kNaN);
  return broken == size ? std::string::npos : broken;
}

std::string broken_bands(Banded& block, const std::string& what) {
  const std::size_t before = mend(block.memory.data(), kBand), behind = mend(block.payload() + block.bytes, kBand);
  const std::string size = what + " of " + std::to_string(block.bytes) + " bytes";
  if (before != std::string::npos) return "a write " + std::to_string(kBand - before) + " bytes before " + size;
  if (behind != std::string::npos) return "a write " + std::to_string(behind) + " bytes behind the end of " + size;
  return {};
}

std::string band_of(Banded& block, const std::byte* address, const std::string& what) {
  const std::string size = what + " of " + std::to_string(block.bytes) + " bytes";
  if (address < block.memory.data() || address >= block.memory.data() + block.memory.size()) return {};
  if (address < block.payload()) return std::to_string(block.payload() - address) + " bytes before " + size;
  const std::byte* end = block.payload() + block.bytes;
  return address < end ? std::string() : std::to_string(address - end) + " bytes behind the end of " + size;
}

}  // namespace

void* allocate_device(std::size_t bytes) {
  Banded block;
  block.start(bytes);
  std::byte* payload = block.payload();
  device().emplace(payload, std::move(block));
  return payload;
}

void free_device(void* memory) {
  if (memory == nullptr) return;
  const auto found = device().find(static_cast<std::byte*>(memory));
  if (found == device().end()) throw Fault("memory is freed that is no device memory, or twice");
  const std::string broken = broken_bands(found->second, "device memory");
  device().erase(found);
  if (!broken.empty()) throw Fault(broken);
}

std::size_t device_allocations() { return device().size(); }

std::string guard_band_at(const void* address) {
  const auto* byte = static_cast<const std::byte*>(address);
  for (const std::byte* gap : gaps) {
    if (byte >= gap && byte < gap + kSharedGap) return std::to_string(byte - gap) + " bytes behind the end of an array in shared memory";
  }
  std::string text = band_of(shared, byte, "shared memory");
  for (auto at = device().begin(); text.empty() && at != device().end(); ++at) text = band_of(at->second, byte, "device memory");
  return text;
}

std::string broken_device_bands() {
  std::string text;
  for (auto& [payload, block] : device()) {
    const std::string broken = broken_bands(block, "device memory");
    if (text.empty()) text = broken;
  }
  return text;
}

void start_shared(std::size_t bytes) {
  shared.start(bytes);
  gaps.clear();
}

void* shared_memory() { return shared.payload(); }

std::size_t shared_bytes() { return shared.bytes; }

void announce_gap(void* gap) { gaps.insert(static_cast<std::byte*>(gap)); }

std::string broken_shared_bands() {
  std::string text = broken_bands(shared, "shared memory");
  for (std::byte* gap : gaps) {
    const std::size_t broken = mend(gap, kSharedGap);
    if (text.empty() && broken != std::string::npos)
      text = "a write " + std::to_string(broken) + " bytes behind the end of an array in shared memory";
  }
  return text;
}

}  // namespace synthbench::cuda_on_cpu
