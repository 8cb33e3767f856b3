#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/statistics.h"

namespace synthbench {

/// Which test of "no difference" stands behind a verdict.
enum class DifferenceTest : std::uint8_t {
  t,         ///< trimmed Welch's on the logarithms of the processes' medians; Student's paired one over seeds
  wilcoxon,  ///< rank sum of the processes' medians; signed ranks over seeds
};

/// Over all processes of a cell.
double median_of_all(const Launches& launches);

/// B's median over A's, and what the processes say of it.
struct TimesRatio {
  double value = 1;
  std::optional<Interval> interval;  ///< 95 %; nullopt where a side has one process, which says nothing about the next
  std::optional<double> p;           ///< of "no difference"; nullopt likewise
};
/// Neither side is empty. Processes are the units, by the logarithms of their medians: samples of one process agree with each other
/// more than with those of the next. From five processes a side on, the slowest and the fastest fifth of each count for less
/// (Yuen 1974): machines disturb a process now and then.
TimesRatio ratio_of_times(const Launches& a, const Launches& b, DifferenceTest test);

/// Whether all of the interval lies within 1 / (1 + floor) and 1 + floor.
bool within(const Interval& interval, double floor);

/// "slower" or "faster" where both are clear, p (Holm-corrected, if the ratio is one of several) and the interval beyond the floor;
/// "same" within the floor; else "ambiguous".
std::string verdict_on_times(const Interval& interval, double p, double floor, double alpha);

/// How verdicts fare on a cell whose launches are known: `sides` processes a side are drawn from them, and B's samples are made
/// slower by a share.
struct VerdictRates {
  int draws = 0;
  int false_verdicts = 0;  ///< of equals
  int found_3 = 0;         ///< "slower" where B is 3 % slower
  int found_10 = 0;        ///< where it is 10 % slower
};
/// Each draw takes 2 * sides launches without replacement; at least as many are needed. Seeded.
VerdictRates verdict_rates(const Launches& launches, std::size_t sides, double floor, int draws, std::uint64_t seed);

}  // namespace synthbench
