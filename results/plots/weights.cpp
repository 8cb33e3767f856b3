// weights: how attention weights and logits are distributed, layer by layer, before and after training: the paper's figures 2 and 3.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/plot.h"
#include "results/plots/stored_attention.h"

namespace synthbench {
namespace {

constexpr std::size_t kMostLayers = 3;  // four panels each

/// Where a bin begins, and its share of all values: weights in per cent of a bin, whose widths are equal in log10.
FigureSeries series_of(const std::string& label, const Histogram& histogram, bool log) {
  FigureSeries out{.label = label, .points = {}, .drawn = FigureSeries::Drawn::curve};
  double total = 0;
  for (const double count : histogram.counts) total += count;
  const std::vector<double> density = histogram.density();
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double lo = histogram.edges[i], hi = histogram.edges[i + 1];
    if (log && histogram.counts[i] == 0) continue;
    out.points.push_back({.x = log ? std::sqrt(lo * hi) : (lo + hi) / 2, .y = log ? 100 * histogram.counts[i] / total : density[i]});
  }
  return out;
}

void add_panels(Figure& figure, const StoredAttentions& stored, std::size_t layer, bool weights) {
  for (const bool end : {false, true}) {
    FigurePanel panel;
    panel.title = fmt::format("{}, layer {}, {}", weights ? "weights" : "logits", layer + 1, end ? "after training" : "before training");
    panel.x = {.label = weights ? "attention weight" : "attention logit",
               .scale = weights ? FigureAxis::Scale::log10 : FigureAxis::Scale::linear};
    panel.y = {.label = weights ? "share of the weights, %" : "density"};
    for (const StoredAttention& one : stored.all) {
      const auto& layers = end ? one.record.at_end : one.record.at_start;
      if (layer >= layers.size()) continue;
      panel.series.push_back(series_of(one.label, weights ? layers[layer].weights : layers[layer].logits, weights));
    }
    figure.panels.push_back(std::move(panel));
  }
}

Figure build(Store& store, const TableOptions& options) {
  const StoredAttentions stored = stored_attentions(store, options);
  std::size_t layers = 0;
  for (const StoredAttention& one : stored.all) layers = std::max(layers, one.record.at_end.size());
  Figure figure{
      .title = "Attention weights and logits before and after training", .subtitle = stored.axes.constants, .notes = stored.notes};
  for (const std::size_t layer : shown_layers(layers, kMostLayers)) {
    add_panels(figure, stored, layer, true);
    add_panels(figure, stored, layer, false);
  }
  return figure;
}

const bool registered = plots().add("weights", {"distribution of attention weights and logits by layer, before and after training", build});

}  // namespace
}  // namespace synthbench
