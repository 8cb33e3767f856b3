#include "harness/trunk/attention_probe.h"

#include <algorithm>
#include <cmath>

#include "backends/core/logit.h"
#include "backends/core/mask.h"

namespace synthbench {
namespace {

constexpr std::int64_t kMapCells = 48, kMapHeads = 4;      // cells along a side of a map; heads that have one
constexpr std::size_t kLogitBins = 60, kWeightBins = 160;  // the latter over eight decades
constexpr double kLeastWeight = 1e-8;

bool readable(const AttentionCall& call) {
  const bool wide = call.value.dtype == DType::f32 || call.value.dtype == DType::f64;
  return wide && call.value.place == Place::host;
}

/// Weights of one head, as means of blocks of `rows` queries and `columns` keys; keys that a query does not see have weight 0.
class Map {
 public:
  Map(std::int64_t queries, std::int64_t keys)
      : queries_(queries),
        keys_(keys),
        rows_((queries + kMapCells - 1) / kMapCells),
        columns_((keys + kMapCells - 1) / kMapCells),
        cells_(static_cast<std::size_t>((queries + rows_ - 1) / rows_),
               std::vector<double>(static_cast<std::size_t>((keys + columns_ - 1) / columns_))) {}

  void add(std::int64_t i, std::int64_t j, double weight) {
    cells_[static_cast<std::size_t>(i / rows_)][static_cast<std::size_t>(j / columns_)] +=
        weight / static_cast<double>(part(i, rows_, queries_) * part(j, columns_, keys_));
  }
  const std::vector<std::vector<double>>& cells() const { return cells_; }

 private:
  /// Places in the block that `at` is in: the last one may be shorter.
  static std::int64_t part(std::int64_t at, std::int64_t block, std::int64_t all) { return std::min(block, all - at / block * block); }

  std::int64_t queries_, keys_, rows_, columns_;
  std::vector<std::vector<double>> cells_;
};

/// Of sample 0.
LayerRecord record_of(const AttentionCall& call) {
  const CallShape shape = shape_of(call);
  std::vector<double> logits, weights;
  LayerRecord record;
  for (std::int64_t h = 0; h < shape.heads; ++h) {
    Map map(shape.queries, shape.keys);
    for (std::int64_t i = 0; i < shape.queries; ++i) {
      const KeyRange seen = visible_keys(call.mask, 0, i, shape.keys);
      if (seen.empty()) continue;
      const auto first = static_cast<std::ptrdiff_t>(logits.size());
      for (std::int64_t j = seen.begin; j < seen.end; ++j) {
        double sum = 0;
        for (const LogitTerm& term : call.terms) sum += logit(term, 0, h, i, j);
        logits.push_back(sum);
      }
      const double largest = *std::max_element(logits.begin() + first, logits.end());
      double total = 0;
      for (auto s = logits.begin() + first; s != logits.end(); ++s) total += std::exp(*s - largest);
      for (std::int64_t j = seen.begin; j < seen.end; ++j) {
        weights.push_back(std::exp(logits[static_cast<std::size_t>(first + j - seen.begin)] - largest) / total);
        map.add(i, j, weights.back());
      }
    }
    if (h < kMapHeads) record.maps.push_back(map.cells());
  }
  record.logits = histogram_of(logits, kLogitBins);
  record.weights = log_histogram_of(weights, kLeastWeight, kWeightBins);
  return record;
}

}  // namespace

void AttentionProbe::do_forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  below_.forward(call, outputs);
  if (readable(call)) seen_.push_back(record_of(call));
}

}  // namespace synthbench
