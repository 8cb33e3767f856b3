#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/timings.h"

namespace synthbench {

/// How a time grows with n: seconds = coefficient * g(n).
struct Complexity {
  std::string order;       ///< "1", "N", "N log N", "N^2" or "N^3"
  double coefficient = 0;  ///< seconds
  double rms = 0;          ///< root of the mean squared residual over the mean time
};

struct SizedTime {
  double n = 0, seconds = 0;
};
/// The order with the least residual; nullopt for fewer than three different sizes.
/// Source: the least-squares fit of Google Benchmark (docs/user_guide.md, "Calculating Asymptotic Complexity").
std::optional<Complexity> fit_complexity(const std::vector<SizedTime>& times);

/// Configs that differ in nothing but their length (and what follows from it).
struct LengthSeries {
  std::vector<std::size_t> rows;  ///< of the timings
  std::vector<SizedTime> times;   ///< of one sample, in the same order
  std::string label;              ///< "dense rank 8", by the axes that vary
};
std::vector<LengthSeries> series_over_length(const Timings& timings);
/// Lengths of one series differ in these keys alone: with `tokens` the batch follows the length, and tables do by default.
bool goes_with_length(const std::string& key);

/// "time per sample over seq_len grows as: dense N (2 %); vanilla N^2 (1 %)": every series of a speed table with three lengths.
std::optional<std::string> complexity_note(const Timings& timings);

}  // namespace synthbench
