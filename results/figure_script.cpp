#include "results/figure_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "harness/base/words.h"
#include "results/figure_layout.h"
#include "results/format_markup.h"

namespace synthbench {
namespace {

using Drawn = FigureSeries::Drawn;

// Okabe and Ito (2008) without yellow, which white paper swallows. Seven colours, eleven marks and five dashes: 385 series differ.
constexpr std::array kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#e69f00", "#56b4e9"};
constexpr std::array kMarks = {7, 5, 9, 13, 11, 6, 4, 8, 12, 10, 2};
constexpr std::array kDashes = {"1", "(9,4)", "(3,3)", "(10,3,2,3)", "(5,2)"};
// Ends like a T. The errorbars of gnuplot paint the place of the mark white, which is no colour of a dark page.
constexpr const char* kBar = "vectors heads size screen 0.005,90 fixed lw 1.4 dt 1";
constexpr std::size_t kManyPoints = 24;  // from here on a line with a band, and few marks on it

const char* colour(std::size_t style) { return kColours[style % kColours.size()]; }

/// A text of gnuplot's: single quotes, within which nothing but the quote has a meaning.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return out + "'";
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.9g}", value) : "NaN"; }

class Script {
 public:
  Script(const Figure& figure, const FigureLook& look)
      : figure_(figure), look_(look), layout_(layout_of(figure, look.width, !look.on_page)) {}

  std::string text() {
    terminal();
    data();
    out_ += "set multiplot\n";
    around();
    for (std::size_t i = 0; i < figure_.panels.size(); ++i) panel(figure_.panels[i], layout_.panels[i], i);
    return out_ + "unset multiplot\n";
  }

 private:
  void terminal() {
    const double scale = look_.kind == FigureLook::Kind::png ? 2 : 1;  // 2: sharp in print
    const auto size = fmt::format("size {:.0f},{:.0f}", layout_.width * scale, layout_.height * scale);
    if (look_.kind == FigureLook::Kind::png) {
      out_ += fmt::format(
          "set terminal pngcairo {} font 'sans-serif,{}' fontscale 1.5 linewidth 2 pointscale 2 noenhanced background rgb 'white'\n", size,
          kFontSize);
    } else {
      out_ += fmt::format("set terminal svg {} fixed font 'sans-serif,{}' linewidth 1 dashlength 1 noenhanced {}\n", size, kFontSize,
                          look_.on_page ? "" : "background rgb 'white'");
    }
    out_ += "set encoding utf8\nunset key\n";
  }

  /// On a logarithmic axis 0 and less lie infinitely far away.
  static bool has_place(const FigureAxis& axis, double value) { return axis.scale == FigureAxis::Scale::linear || value > 0; }

  /// What lies beyond the end of a logarithmic axis is cut there.
  static std::string interval(const FigureAxis& axis, const DrawnAxis& drawn, const std::optional<Interval>& bounds) {
    if (!bounds || !has_place(axis, bounds->hi)) return "NaN NaN";
    return number(has_place(axis, bounds->lo) ? bounds->lo : drawn.lo) + " " + number(bounds->hi);
  }

  /// Column by column: x y x_lo x_hi y_lo y_hi.
  void data() {
    for (std::size_t i = 0; i < figure_.panels.size(); ++i) {
      const FigurePanel& panel = figure_.panels[i];
      for (std::size_t k = 0; k < panel.series.size(); ++k) {
        out_ += fmt::format("$d{}_{} << EOD\n", i, k);
        std::string lines;
        for (const FigurePoint& point : panel.series[k].points) {
          if (!has_place(panel.x, point.x) || !has_place(panel.y, point.y)) continue;
          lines += fmt::format("{} {} {} {}\n", number(point.x), number(point.y), interval(panel.x, layout_.panels[i].x, point.x_interval),
                               interval(panel.y, layout_.panels[i].y, point.y_interval));
        }
        out_ += (lines.empty() ? "NaN NaN NaN NaN NaN NaN\n" : lines) + "EOD\n";
      }
      if (!panel.image) continue;
      out_ += fmt::format("$m{} << EOD\n", i);
      for (const auto& row : panel.image->cells) {
        for (const double value : row) out_ += number(value) + " ";
        out_ += "\n";
      }
      out_ += "EOD\n";
    }
  }

  std::string screen(double x, double y) const { return fmt::format("screen {:.6f},{:.6f}", x / layout_.width, y / layout_.height); }

  void label(const std::string& text, double x, double y, double size, const char* more = "") {
    out_ += fmt::format("set label {} at {} font 'sans-serif,{}' {}\n", quoted(text), screen(x, y), size, more);
  }

  /// Title, subtitle and legend: labels and arrows of an empty plot.
  void around() {
    double y = layout_.height - 20;
    for (const std::string& line : layout_.title) label(line, 12, y, kFontSize + 3), y -= 21;
    y += 2;
    for (const std::string& line : layout_.subtitle) label(line, 12, y, kSmallFont, "tc rgb '#606060'"), y -= 15;
    for (const LegendEntry& entry : layout_.legend) {
      const bool lines = drawn_as_line(layout_.labels[entry.style]);
      if (lines) {
        out_ += fmt::format("set arrow from {} to {} nohead lw 1.8 lc rgb '{}' dt {}\n", screen(entry.x, entry.y),
                            screen(entry.x + kSampleWidth - 8, entry.y), colour(entry.style), dash(entry.style));
      }
      out_ += fmt::format("set label '' at {} point pt {} ps 0.8 lc rgb '{}'\n", screen(entry.x + (kSampleWidth - 8) / 2, entry.y),
                          mark(entry.style), colour(entry.style));
      double line_y = entry.y;
      for (const std::string& line : entry.lines) label(line, entry.x + kSampleWidth, line_y, kFontSize), line_y -= kLineHeight;
    }
    out_ +=
        "unset border\nunset tics\nset margins at screen 0, at screen 1, at screen 0, at screen 1\n"
        "plot [0:1][0:1] NaN notitle\nunset label\nunset arrow\nset border 3 lw 0.8\n";
  }

  bool drawn_as_line(const std::string& wanted) const {
    return std::ranges::any_of(figure_.panels, [&](const FigurePanel& panel) {
      return std::ranges::any_of(panel.series, [&](const FigureSeries& series) {
        return series.label == wanted && (series.drawn == Drawn::line || series.drawn == Drawn::curve);
      });
    });
  }

  static int mark(std::size_t style) { return kMarks[style % kMarks.size()]; }
  static const char* dash(std::size_t style) { return kDashes[style % kDashes.size()]; }

  void axis(const char* name, const FigureAxis& axis, const DrawnAxis& drawn) {
    using Scale = FigureAxis::Scale;
    const bool turned = axis.from_the_top;
    out_ += axis.scale == Scale::linear ? fmt::format("unset logscale {}\n", name) : fmt::format("set logscale {}\n", name);
    out_ += fmt::format("set {}range [{}:{}]\n", name, number(turned ? drawn.hi : drawn.lo), number(turned ? drawn.lo : drawn.hi));
    out_ += fmt::format("set {}label {}\n", name, axis.label.empty() ? "''" : quoted(axis.label));
    std::string ticks;
    for (const FigureAxis::Tick& tick : drawn.ticks) {
      ticks += fmt::format("{}{} {}", ticks.empty() ? "" : ", ", quoted(tick.text), number(tick.at));
    }
    out_ += fmt::format("set {}tics scale 0.5 nomirror ({})\n", name, ticks);
  }

  /// White is none, dark is much; the first row on top.
  void frame(const FigureImage& image) {
    const std::size_t columns = image.cells.empty() ? 0 : image.cells.front().size();
    out_ += fmt::format(
        "unset tics\nunset grid\nunset logscale\nset border 15\nset xlabel ''\nset ylabel ''\nunset colorbox\n"
        "set palette defined (0 '#ffffff', 0.25 '#9ecae1', 0.6 '#3182bd', 1 '#08214a')\nset cbrange [0:1]\n"
        "set xrange [-0.5:{}.5]\nset yrange [{}.5:-0.5]\n",
        static_cast<std::int64_t>(columns) - 1, std::ssize(image.cells) - 1);
  }

  void panel(const FigurePanel& panel, const PanelLayout& place, std::size_t index) {
    const FigureBox& box = place.plot;
    out_ += fmt::format("set margins at screen {:.6f}, at screen {:.6f}, at screen {:.6f}, at screen {:.6f}\n", box.left / layout_.width,
                        box.right / layout_.width, box.bottom / layout_.height, box.top / layout_.height);
    double y = box.top + 8 + kLineHeight * static_cast<double>(place.title.size());
    for (const std::string& line : place.title) label(line, box.left, y -= kLineHeight, kFontSize);
    if (panel.image) {
      frame(*panel.image);
    } else {
      out_ += "set border 3\nset grid lw 0.4 lc rgb '#a0a0a0' dt 1\n";
      axis("x", panel.x, place.x);
      axis("y", panel.y, place.y);
    }
    if (panel.x.mark) {
      out_ += fmt::format("set arrow from {0}, graph 0 to {0}, graph 1 nohead lw 1 lc rgb '#808080'\n", number(*panel.x.mark));
    }
    if (panel.y.mark) {
      out_ += fmt::format("set arrow from graph 0, first {0} to graph 1, first {0} nohead lw 1 lc rgb '#808080'\n", number(*panel.y.mark));
    }
    std::vector<std::string> plots;
    if (panel.image) {
      plots.push_back(fmt::format("$m{} matrix with image", index));
    }
    for (std::size_t k = 0; k < panel.series.size(); ++k) add_series(plots, panel.series[k], fmt::format("$d{}_{}", index, k));
    out_ += "plot " + join(plots, " notitle, \\\n  ") + " notitle\nunset label\nunset arrow\n";
  }

  void add_series(std::vector<std::string>& plots, const FigureSeries& series, const std::string& data) const {
    if (series.drawn == Drawn::frontier) {
      plots.push_back(data + " using 1:2 with steps lw 1.2 lc rgb '#808080' dt (4,3)");
      return;
    }
    const auto style = static_cast<std::size_t>(std::ranges::find(layout_.labels, series.label) - layout_.labels.begin());
    const std::string ink = fmt::format("lc rgb '{}'", colour(style));
    const bool many = series.points.size() > kManyPoints;
    const auto any = [&](auto member) {
      return std::ranges::any_of(series.points, [&](const FigurePoint& p) { return (p.*member).has_value(); });
    };
    if (any(&FigurePoint::y_interval)) {
      plots.push_back(
          many ? fmt::format("{} using 1:5:6 with filledcurves fc rgb '{}' fs transparent solid 0.18 noborder", data, colour(style))
               : fmt::format("{} using 1:5:(0):($6-$5) with {} {}", data, kBar, ink));
    }
    if (any(&FigurePoint::x_interval)) plots.push_back(fmt::format("{} using 3:2:($4-$3):(0) with {} {}", data, kBar, ink));
    switch (series.drawn) {
      case Drawn::line:
      case Drawn::curve:
        plots.push_back(fmt::format("{} using 1:2 with linespoints lw 1.8 dt {} pt {} ps 0.8 pi {} {}", data, dash(style), mark(style),
                                    many ? std::max<std::size_t>(1, series.points.size() / 8) : 1, ink));
        break;
      default: plots.push_back(fmt::format("{} using 1:2 with points pt {} ps 1 {}", data, mark(style), ink));
    }
  }

  const Figure& figure_;
  const FigureLook& look_;
  FigureLayout layout_;
  std::string out_;
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

/// Replaces two texts and what stands between them, the first time.
void replace_between(std::string& text, std::string_view begin, std::string_view end, const std::string& to) {
  const std::size_t first = text.find(begin);
  const std::size_t last = first == std::string::npos ? first : text.find(end, first);
  if (last != std::string::npos) text.replace(first, last + end.size() - first, to);
}

}  // namespace

std::string gnuplot_script(const Figure& figure, const FigureLook& look) { return Script(figure, look).text(); }

std::string finished_svg(std::string svg, const Figure& figure, const FigureLook& look, const std::string& id) {
  constexpr std::string_view kPlotTitle = "<title>gnuplot_plot_";
  const std::string title = escape_html(figure.title), subtitle = escape_html(figure.subtitle);
  replace_between(svg, "<title>", "</title>", "<title>" + title + "</title>");
  replace_between(svg, "<desc>", "</desc>", "<desc>" + subtitle + "</desc>");
  for (std::size_t at = svg.find(kPlotTitle); at != std::string::npos; at = svg.find(kPlotTitle)) {
    svg.erase(at, svg.find("</title>", at) + 8 - at);  // a browser shows them under the pointer
  }
  replace_all(svg, "<image ", "<image image-rendering=\"pixelated\" ");  // each cell of a map as it is
  if (!look.on_page) return svg;
  const FigureLayout layout = layout_of(figure, look.width, false);
  svg.erase(0, svg.find("<svg"));
  replace_between(svg, "<svg", ">",
                  fmt::format("<svg role=\"img\" viewBox=\"0 0 {:.0f} {:.0f}\" width=\"{:.0f}\" height=\"{:.0f}\" "
                              "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">",
                              layout.width, layout.height, layout.width, layout.height));
  replace_all(svg, "id='", "id='" + id);
  replace_all(svg, "id=\"", "id=\"" + id);
  replace_all(svg, "xlink:href='#", "xlink:href='#" + id);
  replace_all(svg, "url(#", "url(#" + id);
  for (const char* black : {"rgb(  0,   0,   0)", "rgb(0, 0, 0)"}) replace_all(svg, black, "currentColor");
  for (const char* attribute : {"color", "fill"}) {
    replace_all(svg, fmt::format("{}=\"black\"", attribute), fmt::format("{}=\"currentColor\"", attribute));
  }
  return svg;
}

}  // namespace synthbench
