#include "harness/measure/cache.h"

#include <unistd.h>

#include <algorithm>

namespace synthbench {
namespace {

/// Twice the last level as the C library knows it; virtual machines may hide it, and some show a whole socket's.
std::size_t bytes_to_write() {
  constexpr long kLeast = 32L << 20, kMost = 512L << 20;
  return static_cast<std::size_t>(std::clamp(2 * ::sysconf(_SC_LEVEL3_CACHE_SIZE), kLeast, kMost));
}

}  // namespace

CacheEvictor::CacheEvictor() : lines_(bytes_to_write()) {}

void CacheEvictor::evict() {
  constexpr std::size_t kLine = 64;
  volatile unsigned char* bytes = lines_.data();  // volatile: nobody reads them, and the writes must happen
  for (std::size_t i = 0; i < lines_.size(); i += kLine) bytes[i] = static_cast<unsigned char>(bytes[i] + 1);
}

}  // namespace synthbench
