#pragma once

#include <string>
#include <vector>

#include "results/figure.h"
#include "results/figure_ticks.h"

namespace synthbench {

/// A rectangle in pixels, y upwards.
struct FigureBox {
  double left = 0, right = 0, bottom = 0, top = 0;
};

struct PanelLayout {
  FigureBox plot{};  ///< the frame; titles, ticks and axis labels stand around it
  DrawnAxis x{}, y{};
  std::vector<std::string> title{};
};

struct LegendEntry {
  std::size_t style = 0;
  double x = 0, y = 0;  ///< of the sample's left end, and the middle of its first line
  std::vector<std::string> lines{};
};

/// Where everything goes. Widths of texts are estimated, so that nothing depends on fonts.
struct FigureLayout {
  double width = 0, height = 0;
  std::vector<std::string> title{}, subtitle{};
  std::vector<PanelLayout> panels{};
  std::vector<LegendEntry> legend{};
  std::vector<std::string> labels{};  ///< of all series, each once: its place is its style
};

inline constexpr double kFontSize = 13, kSmallFont = 11.5, kLineHeight = 17, kSampleWidth = 42;

/// headed: with room for title and subtitle.
FigureLayout layout_of(const Figure& figure, double width, bool headed);

/// Pixels that a text takes.
double text_width(const std::string& text, double font_size);

}  // namespace synthbench
