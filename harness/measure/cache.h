#pragma once

#include <cstddef>
#include <vector>

namespace synthbench {

/// Of the last level as the C library knows it; 0 where a virtual machine hides it.
std::size_t last_cache_bytes();

/// Pushes what the processor caches hold out, by writing more than they can keep.
class CacheEvictor {
 public:
  CacheEvictor();
  void evict();

 private:
  std::vector<unsigned char> lines_;
};

}  // namespace synthbench
