#pragma once

#include <optional>
#include <vector>

#include "results/statistics.h"
#include "results/table_axes.h"
#include "results/table_cells.h"

namespace synthbench {

/// Rows up to which a table resamples times for their intervals, which is what takes its time.
inline constexpr std::size_t kMostResampled = 400;

/// A row's time, and what its resampled processes and samples would have given.
struct Timing {
  double seconds = 0;              ///< mean over seeds of the cells' medians
  std::vector<double> replicates;  ///< of it; empty where no samples are stored, and in tables of very many rows
  std::size_t fewest_processes = 0, most_processes = 0;
};

struct Ratio {
  double value = 1;
  std::optional<Interval> interval;  ///< 95 %; absent for vanilla itself and where no samples are stored
};

/// Speed cells with their times, sorted for comparison.
struct Timings {
  CellSet cells;
  TableAxes axes;
  std::vector<std::optional<Timing>> times;  ///< of each row; nullopt: no result
  std::vector<std::ptrdiff_t> vanilla;       ///< of each row the vanilla row with all other axes equal; -1: none
  /// Of each row its time over that of its vanilla row; where the seed draws the work, over the seeds that both have. nullopt where
  /// either has none.
  std::vector<std::optional<Ratio>> to_vanilla;

  std::optional<Interval> interval(std::size_t row) const;
};

/// The cells of some kinds as rows, without vanilla rows and times. one_place: several builds or machines are refused unless
/// options.across_env.
Timings read_rows(Store& store, const TableOptions& options, const std::vector<std::string>& kinds, bool one_place);
/// Adds to each row its vanilla row.
void add_vanilla(Timings& rows);
/// Adds to each row its time and the ratio to that of its vanilla row, which is known.
void add_times(Store& store, Timings& rows);
/// Speed cells with their times. Refuses several builds or machines unless options.across_env, which keeps them apart.
Timings read_timings(Store& store, const TableOptions& options);

}  // namespace synthbench
