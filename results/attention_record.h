#pragma once

#include <string>
#include <vector>

#include "harness/base/safetensors.h"

namespace synthbench {

/// How often values fell between edges[i] and edges[i + 1].
struct Histogram {
  std::vector<double> edges{}, counts{};

  /// Share of all values per unit of x, bin by bin.
  std::vector<double> density() const;
};
/// Bins of equal width from the smallest to the largest value.
Histogram histogram_of(const std::vector<double>& values, std::size_t bins);
/// Bins of equal width in log10 from `lo` to 1; what is smaller counts in the first.
Histogram log_histogram_of(const std::vector<double>& values, double lo, std::size_t bins);

/// What one attention layer computed for one sample: its logits and weights over all heads and visible keys, and for each of the first
/// heads a map of its weights (queries downwards, keys to the right; blocks of a large one as their means).
struct LayerRecord {
  Histogram logits{}, weights{};
  std::vector<std::vector<std::vector<double>>> maps{};  ///< [head][row][column]
};

/// The artifact "attention" of a training: its layers before the first step and after the last one.
struct AttentionRecord {
  std::vector<LayerRecord> at_start{}, at_end{};
};

inline constexpr const char* kAttentionArtifact = "attention";

/// Tensors "start.layer0.logits.counts" (bins), ".edges" (bins + 1), "start.layer0.weights...", "start.layer0.maps" (heads, rows, columns);
/// "end..." likewise.
Safetensors to_tensors(const AttentionRecord& record);
/// Throws UserError that names the file where it is something else.
AttentionRecord attention_record(const Safetensors& tensors);

}  // namespace synthbench
