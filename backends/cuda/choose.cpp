#include "backends/cuda/choose.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "backends/core/half.h"
#include "backends/cuda/kernels.h"

namespace synthbench::cuda {
namespace {

/// The gradient of a column-shared side would have as many owners as columns.
bool shared_along_columns(const Layout& side) { return side.stride.col == 0 && side.shape.col > 1; }

}  // namespace

std::optional<std::string> refusal(const AttentionCall& call) {
  const DType dtype = call.value.dtype;
  if (dtype != DType::f32 && dtype != DType::bf16 && dtype != DType::f16) {
    return fmt::format("value is {}; CUDA kernels store f32, bf16 and f16", name(dtype));
  }
  if (call.terms.size() > kMostTerms) return fmt::format("{} terms; CUDA kernels take {} at most", call.terms.size(), kMostTerms);
  const CallShape s = shape_of(call);
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (s.batch * s.heads > most / std::max(s.queries, s.keys)) return "the call has more than 2^31 rows";
  for (const LogitTerm& term : call.terms) {
    if (call.needs_grad && (shared_along_columns(term.lhs) || (term.rhs && shared_along_columns(term.rhs)))) {
      return "a side is shared along its columns; CUDA kernels have no gradient for that";
    }
  }
  return unreachable(call.value.place);
}

bool foldable(const AttentionCall& call) {
  constexpr std::int64_t most_entries = std::int64_t{1} << 28, most_across = std::int64_t{1} << 21;  // of a table; of a launch's grid
  const CallShape s = shape_of(call);
  const Axes& value = call.value.stride;
  const auto apart = [](std::int64_t stride, std::int64_t extent) { return stride != 0 || extent == 1; };
  // A gradient of values that samples, heads or rows share has its one owner in tiled alone.
  const bool own_values = apart(value.batch, s.batch) && apart(value.head, s.heads) && apart(value.row, s.keys);
  const std::int64_t columns = call.mask.key_lengths ? (s.width + 63) / 64 * 64 : s.width;  // samples of their own begin a tile
  return s.batch > 1 && own_values && s.batch * columns <= most_across && s.keys <= most_across && batch_independent(call) &&
         s.queries * s.keys <= most_entries / s.heads;
}

bool fits_tensor_cores(const AttentionCall& call) {
  constexpr std::int64_t fragment = 16;
  const CallShape s = shape_of(call);
  return is_half(call.value.dtype) && s.queries >= fragment && s.keys >= fragment &&
         std::all_of(call.terms.begin(), call.terms.end(), [](const LogitTerm& term) { return term.kind == TermKind::inner; });
}

}  // namespace synthbench::cuda
