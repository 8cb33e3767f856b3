#pragma once

#include <stdexcept>

namespace synthbench::cuda_on_cpu {

/// A mistake of a kernel: out of bounds, a race, threads that part ways at a barrier. Names block and thread where they are known.
struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace synthbench::cuda_on_cpu
