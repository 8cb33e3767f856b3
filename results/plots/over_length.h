#pragma once

#include <functional>
#include <optional>

#include "results/figure.h"
#include "results/table_axes.h"

namespace synthbench {

/// Panels of a measured value over seq_len, a series for each variant: or a list, where there is one length. point: its y of a row, by
/// index, and the interval; nullopt for a row without. What is 0 or less has no place on a logarithmic axis: it is left out, and the
/// figure's notes say so. Throws NothingDone where no row has one.
Figure over_length(Store& store, const TableAxes& axes, const std::vector<ConfigFacts>& rows, const FigureAxis& value,
                   const std::function<std::optional<FigurePoint>(std::size_t row)>& point);

}  // namespace synthbench
