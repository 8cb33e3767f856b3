#pragma once

#include <cstddef>
#include <vector>

namespace synthbench {

/// Pushes what the processor caches hold out, by writing more than they can keep.
class CacheEvictor {
 public:
  CacheEvictor();
  void evict();

 private:
  std::vector<unsigned char> lines_;
};

}  // namespace synthbench
