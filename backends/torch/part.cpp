#include "backends/torch/part.h"

namespace synthbench::aten {
namespace {

// More blocks save little: with eight a causal call makes 56 % of its logits, of 50 that are seen. Smaller ones make slow products.
constexpr std::int64_t kBlocks = 8, kLeastRows = 64;

void add_row_blocks(const AttentionCall& call, const Span& heads, std::vector<Part>& parts) {
  const CallShape s = shape_of(call);
  const bool hides_many = call.mask.causal && 2 * call.mask.query_offset < s.keys;
  if (!hides_many || call.value.place != Place::host) return parts.push_back({heads, {0, s.queries}, s.keys});
  const std::int64_t rows = std::max(kLeastRows, (s.queries + kBlocks - 1) / kBlocks);
  for (std::int64_t first = 0; first < s.queries; first += rows) {
    const std::int64_t end = std::min(first + rows, s.queries);
    parts.push_back({heads, {first, end - first}, std::clamp<std::int64_t>(end + call.mask.query_offset, 1, s.keys)});
  }
}

}  // namespace

std::vector<Part> by_rows(const AttentionCall& call) {
  std::vector<Part> parts;
  add_row_blocks(call, {0, shape_of(call).heads}, parts);
  return parts;
}

std::vector<Part> by_head(const AttentionCall& call) {
  std::vector<Part> parts;
  for (std::int64_t h = 0; h < shape_of(call).heads; ++h) add_row_blocks(call, {h, 1}, parts);
  return parts;
}

}  // namespace synthbench::aten
