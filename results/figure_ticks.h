#pragma once

#include <vector>

#include "results/figure.h"

namespace synthbench {

/// Where an axis begins and ends, and its ticks with their texts.
struct DrawnAxis {
  double lo = 0, hi = 1;
  std::vector<FigureAxis::Tick> ticks;
};

/// values: all that has to be inside, bounds of intervals too; positive on a logarithmic axis, where less is dropped. Ticks are 1, 2, 5
/// of a decade, whole decades where there are many, and powers of two or the values themselves on a log2 axis.
/// most: ticks that fit.
DrawnAxis drawn_axis(const FigureAxis& axis, std::vector<double> values, std::size_t most);

}  // namespace synthbench
