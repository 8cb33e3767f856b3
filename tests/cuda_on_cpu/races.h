#pragma once

#include <cstdint>

namespace synthbench::cuda_on_cpu {

/// How many accesses were judged so far: a test that looks for races makes sure that it saw any.
std::uint64_t accesses_seen();

}  // namespace synthbench::cuda_on_cpu
