#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/figure.h"
#include "results/table_axes.h"

namespace synthbench {

/// Where a row of a table stands in a figure: a panel for what every row has (backend, dtype, machine), a series for the variant and
/// what belongs to variants (rank, mixing).
struct FigurePlace {
  std::string panel{}, series{};
};
/// along: the keys of the x axis; batch and max_len go with seq_len where they follow from it. One series in several panels becomes
/// several series in one.
std::vector<FigurePlace> places_in_figure(Store& store, const TableAxes& axes, const std::vector<ConfigFacts>& rows,
                                          const std::vector<std::string>& along);

/// Collects points into panels and series, in the order in which they come.
class FigurePanels {
 public:
  /// axes: what every panel starts from.
  explicit FigurePanels(FigurePanel axes) : axes_(std::move(axes)) {}
  FigureSeries& series(const FigurePlace& place, FigureSeries::Drawn drawn = FigureSeries::Drawn::line);
  /// Throws NothingDone where there is none, and UserError where no page holds so many.
  std::vector<FigurePanel> panels() const;

 private:
  FigurePanel axes_;
  std::vector<FigurePanel> panels_;
};

/// A list instead of a curve where all points have one x: each row a line, its value and interval along x.
FigurePanel as_list(const FigurePanel& panel);
/// Whether all points of all panels have the same x.
bool one_x(const std::vector<FigurePanel>& panels);

}  // namespace synthbench
