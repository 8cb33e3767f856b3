#pragma once

#include <cstddef>
#include <source_location>

namespace synthbench::cuda_on_cpu {

/// What a lane holds of a 16 x 16 matrix: entries 8 * lane ... 8 * lane + 7, row by row. On a GPU the order is nobody's business.
using Part = float[8];

/// sum += a b, by the 32 lanes of a warp together. A Fault where a lane stays away or comes from elsewhere in the source.
void multiply_add(const Part& a, const Part& b, Part& sum, std::source_location where);

/// What lanes that load or store a matrix together must agree on: where it lies, and the distance of its rows in bytes. A Fault where
/// they do not, or where that is not aligned as tensor cores want it.
void meet_at_matrix(const void* memory, std::size_t row_bytes, std::source_location where);

}  // namespace synthbench::cuda_on_cpu
