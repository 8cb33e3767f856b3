#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/statistics.h"

namespace synthbench {

/// A figure as data, before anything is drawn: figure_script.h makes gnuplot's commands of it.
struct FigurePoint {
  double x = 0, y = 0;
  std::optional<Interval> x_interval{}, y_interval{};  ///< drawn as bars, or as a band where points are many
};

struct FigureSeries {
  std::string label{};  ///< equal labels look alike in all panels
  std::vector<FigurePoint> points{};
  enum class Drawn : std::uint8_t { line, curve, marks, frontier } drawn = Drawn::line;  ///< curve: few marks on it; frontier: grey, behind
};

struct FigureAxis {
  std::string label{};  ///< with its unit, where the ticks do not say it
  enum class Scale : std::uint8_t { linear, log2, log10 } scale = Scale::linear;
  std::string (*text)(double value) = nullptr;  ///< of a tick; nullptr: a plain number
  struct Tick {
    double at = 0;
    std::string text{};
  };
  std::vector<Tick> ticks{};     ///< empty: chosen by the values
  std::vector<double> covers{};  ///< inside the axis, whatever the series hold: panels that are compared have one scale
  bool from_the_top = false;     ///< small values above: a list is read downwards
  std::optional<double> mark{};  ///< a thin line across: no effect, no difference
};

/// Shades instead of series: cells[row][column], the first row on top.
struct FigureImage {
  std::vector<std::vector<double>> cells{};
};

struct FigurePanel {
  std::string title{};
  FigureAxis x{}, y{};
  std::vector<FigureSeries> series{};
  std::optional<FigureImage> image{};
};

struct Figure {
  std::string title{}, subtitle{};  ///< what is shown; what is equal in all of it
  std::vector<FigurePanel> panels{};
  std::vector<std::string> notes{};  ///< what stands under the table of the same numbers
};

}  // namespace synthbench
