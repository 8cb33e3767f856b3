#include "results/figure_layout.h"

#include <algorithm>
#include <cmath>

#include "harness/base/words.h"
#include "results/format.h"

namespace synthbench {
namespace {

constexpr double kMargin = 12, kLeastPanel = 380, kLeastImage = 155;

/// At blanks and after + , / where a line would be too long; a word that is longer than a line is cut with "…".
std::vector<std::string> wrapped(const std::string& text, double width, double font_size) {
  std::vector<std::string> pieces;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::string_view(" +,/").find(text[i]) == std::string_view::npos) continue;
    pieces.push_back(text.substr(begin, i + 1 - begin));
    begin = i + 1;
  }
  pieces.push_back(text.substr(begin));
  std::vector<std::string> lines = {""};
  for (std::string piece : pieces) {
    if (!lines.back().empty() && text_width(lines.back() + piece, font_size) > width) lines.emplace_back();
    const bool cut = text_width(piece, font_size) > width;
    while (piece.size() > 1 && text_width(piece + "…", font_size) > width) {
      do piece.pop_back();
      while (!piece.empty() && (static_cast<unsigned char>(piece.back()) & 0xC0) == 0x80);
      if (!piece.empty() && static_cast<unsigned char>(piece.back()) >= 0xC0) piece.pop_back();
    }
    lines.back() += piece + (cut ? "…" : "");
  }
  for (std::string& line : lines) line = trim(line);
  return lines;
}

std::vector<double> values_along(const FigurePanel& panel, bool x) {
  std::vector<double> out;
  for (const FigureSeries& series : panel.series) {
    for (const FigurePoint& point : series.points) {
      out.push_back(x ? point.x : point.y);
      const auto& interval = x ? point.x_interval : point.y_interval;
      if (interval) out.insert(out.end(), {interval->lo, interval->hi});
    }
  }
  return out;
}

/// Of the panels' axes: a list of names may take up to 45 % of the width, numbers what they need.
double left_margin(const DrawnAxis& y, bool labelled, double panel_width) {
  double widest = 0;
  for (const FigureAxis::Tick& tick : y.ticks) widest = std::max(widest, text_width(tick.text, kFontSize));
  return std::min(widest, 0.45 * panel_width) + 12 + (labelled ? 22 : 0);
}

void add_legend(FigureLayout& layout, double& bottom) {
  double widest = 0;
  for (const std::string& label : layout.labels) widest = std::max(widest, text_width(label, kFontSize));
  const double inside = layout.width - 2 * kMargin;
  const auto columns = static_cast<std::size_t>(std::max(1.0, std::floor(inside / (kSampleWidth + 14 + widest))));
  const std::size_t used = std::min(columns, layout.labels.size());
  const double column_width = used == 1 ? inside : std::min(inside / static_cast<double>(used), kSampleWidth + 34 + widest);
  double y = bottom;
  for (std::size_t first = 0; first < layout.labels.size(); first += columns) {
    std::size_t most = 1;
    for (std::size_t i = first; i < std::min(first + columns, layout.labels.size()); ++i) {
      const double x = kMargin + column_width * static_cast<double>(i - first);
      layout.legend.push_back({i, x, y, wrapped(layout.labels[i], column_width - kSampleWidth - 8, kFontSize)});
      most = std::max(most, layout.legend.back().lines.size());
    }
    y += kLineHeight * static_cast<double>(most) + 3;
  }
  bottom = y;
}

}  // namespace

double text_width(const std::string& text, double font_size) { return 0.56 * font_size * static_cast<double>(display_width(text)); }

FigureLayout layout_of(const Figure& figure, double width, bool headed) {
  FigureLayout layout{.width = width};
  const double inside = width - 2 * kMargin;
  double y = kMargin;  // from the top; turned over at the end
  if (headed) {
    layout.title = wrapped(figure.title, inside, kFontSize + 3);
    if (!figure.subtitle.empty()) layout.subtitle = wrapped(figure.subtitle, inside, kSmallFont);
    y += 21 * static_cast<double>(layout.title.size()) + 15 * static_cast<double>(layout.subtitle.size()) + 6;
  }
  for (const FigurePanel& panel : figure.panels) {
    for (const FigureSeries& series : panel.series) {
      if (series.drawn == FigureSeries::Drawn::frontier) continue;
      if (std::ranges::find(layout.labels, series.label) == layout.labels.end()) layout.labels.push_back(series.label);
    }
  }
  const bool images = std::ranges::any_of(figure.panels, [](const FigurePanel& panel) { return panel.image.has_value(); });
  const auto fit = static_cast<std::size_t>(std::max(1.0, std::floor(inside / (images ? kLeastImage : kLeastPanel))));
  const std::size_t count = figure.panels.size();
  std::size_t columns = std::min(fit, count);
  if (columns > 2 && count % columns == 1 && count % 2 == 0) columns = 2;
  const double panel_width = inside / static_cast<double>(columns);
  for (std::size_t first = 0; first < count; first += columns) {
    double tallest = 0;
    std::size_t title_lines = 0;  // of the row: frames stand side by side
    for (std::size_t i = first; i < std::min(first + columns, count); ++i) {
      PanelLayout place;
      if (!figure.panels[i].title.empty()) place.title = wrapped(figure.panels[i].title, panel_width - 30, kFontSize);
      title_lines = std::max(title_lines, place.title.size());
      layout.panels.push_back(std::move(place));
    }
    for (std::size_t i = first; i < std::min(first + columns, count); ++i) {
      const FigurePanel& panel = figure.panels[i];
      PanelLayout& place = layout.panels[i];
      const bool list = !panel.y.ticks.empty();
      place.y = drawn_axis(panel.y, values_along(panel, false), 8);
      const double left = panel.image ? 4 : left_margin(place.y, !panel.y.label.empty(), panel_width);
      const double plot_width = panel_width - left - 22;
      place.x =
          drawn_axis(panel.x, values_along(panel, true), static_cast<std::size_t>(std::max(3.0, plot_width / (panel.x.text ? 85 : 58))));
      const double plot_height = list           ? 24 * static_cast<double>(panel.y.ticks.size()) + 6
                                 : panel.image  ? plot_width
                                 : columns == 1 ? std::min(380.0, 0.72 * width)
                                                : 0.74 * plot_width;
      const double x = kMargin + panel_width * static_cast<double>(i - first);
      const double above = 10 + kLineHeight * static_cast<double>(title_lines);
      place.plot = {x + left, x + left + plot_width, y + above + plot_height, y + above};
      tallest = std::max(tallest, above + plot_height + (panel.image ? 8 : panel.x.label.empty() ? 26 : 46));
    }
    y += tallest + 8;
  }
  y += 6;
  const bool lists = std::ranges::all_of(figure.panels, [](const FigurePanel& panel) { return !panel.y.ticks.empty(); });
  if (!layout.labels.empty() && !lists) add_legend(layout, y);
  layout.height = std::ceil(y + kMargin - 4);
  for (PanelLayout& panel : layout.panels) {
    panel.plot.bottom = layout.height - panel.plot.bottom;
    panel.plot.top = layout.height - panel.plot.top;
  }
  for (LegendEntry& entry : layout.legend) entry.y = layout.height - entry.y - kLineHeight / 2;
  return layout;
}

}  // namespace synthbench
