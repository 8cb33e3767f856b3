#include "harness/measure/cache.h"

#include <unistd.h>

#include <algorithm>

namespace synthbench {
namespace {

/// Twice the last level; virtual machines may hide it, and some show a whole socket's.
std::size_t bytes_to_write() {
  constexpr std::size_t kLeast = std::size_t{32} << 20, kMost = std::size_t{512} << 20;
  return std::clamp(2 * last_cache_bytes(), kLeast, kMost);
}

}  // namespace

std::size_t last_cache_bytes() { return static_cast<std::size_t>(std::max(0L, ::sysconf(_SC_LEVEL3_CACHE_SIZE))); }

CacheEvictor::CacheEvictor() : lines_(bytes_to_write()) {}

void CacheEvictor::evict() {
  constexpr std::size_t kLine = 64;
  volatile unsigned char* bytes = lines_.data();  // volatile: nobody reads them, and the writes must happen
  for (std::size_t i = 0; i < lines_.size(); i += kLine) bytes[i] = static_cast<unsigned char>(bytes[i] + 1);
}

}  // namespace synthbench
