// maps: attention weights of one head for one sample, after training: the paper's figures 4 to 7.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "results/plot.h"
#include "results/plots/stored_attention.h"

namespace synthbench {
namespace {

constexpr std::size_t kMostPanels = 12;

/// Shades are by the square root of a weight over the largest: else all but the diagonal would be white.
FigureImage shaded(const std::vector<std::vector<double>>& map) {
  double largest = 0;
  for (const auto& row : map) largest = std::max(largest, *std::max_element(row.begin(), row.end()));
  FigureImage out{map};
  for (auto& row : out.cells) {
    for (double& cell : row) cell = largest > 0 ? std::sqrt(cell / largest) : 0;
  }
  return out;
}

Figure build(Store& store, const TableOptions& options) {
  const StoredAttentions stored = stored_attentions(store, options);
  std::size_t layers = 0;
  for (const StoredAttention& one : stored.all) layers = std::max(layers, one.record.at_end.size());
  if (stored.all.size() > kMostPanels) {
    throw UserError(
        fmt::format("{} trainings are more maps than the {} that a figure holds: choose with --only", stored.all.size(), kMostPanels));
  }
  Figure figure{.title = "Attention weights of the first head after training, queries downwards, keys to the right",
                .subtitle = stored.axes.constants,
                .notes = stored.notes};
  for (const StoredAttention& one : stored.all) {
    for (const std::size_t layer : shown_layers(layers, kMostPanels / stored.all.size())) {
      const bool there = layer < one.record.at_end.size() && !one.record.at_end[layer].maps.empty();
      if (!there) continue;
      FigurePanel panel{.title = fmt::format("{}, layer {}", one.label, layer + 1)};
      panel.image = shaded(one.record.at_end[layer].maps.front());
      panel.y.from_the_top = true;
      figure.panels.push_back(std::move(panel));
    }
  }
  figure.notes.emplace_back("shades: square root of a weight over the largest of its map; of long samples blocks are averaged");
  return figure;
}

const bool registered = plots().add("maps", {"attention weights of one head for one sample, after training", build});

}  // namespace
}  // namespace synthbench
