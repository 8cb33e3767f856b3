#pragma once

#include <optional>
#include <span>
#include <vector>

#include "results/statistics.h"

namespace synthbench {

/// A two-sided test of "no difference".
struct Test {
  double p = 1;
  double freedom = 0;  ///< degrees of freedom; 0 where the test has none
};

/// The least p that a test of ranks can reach: of paired differences, and of two groups. What the order of the values can say, where
/// nothing else is known of them.
double least_p_of_signs(std::size_t differences);
double least_p_of_ranks(std::size_t a, std::size_t b);

/// Of the t tests: values without any spread do not tell how large their error is, and speak by their order alone (least_p_...).

/// Welch's t test of two independent groups; nullopt where either has fewer than two values. Source: Welch, Biometrika 34, 1947.
std::optional<Test> welch_t(std::span<const double> a, std::span<const double> b);
/// The same of means that leave out the largest and the smallest fifth of each group (rounded down: none of fewer than five values):
/// a launch in ten that the machine disturbed does not hide what the others say. Source: Yuen, Biometrika 61, 1974.
std::optional<Test> trimmed_t(std::span<const double> a, std::span<const double> b);
/// Its 95 % interval of b's mean minus a's.
std::optional<Interval> trimmed_interval(std::span<const double> a, std::span<const double> b);

/// Student's t test of paired differences against 0; nullopt for fewer than two.
std::optional<Test> paired_t(std::span<const double> differences);
/// Wilcoxon's signed-rank test, exact by counting: zeros are dropped, equal sizes share their mean rank. nullopt where nothing is
/// left. Beyond 60 differences by the normal approximation. Source: Wilcoxon, Biometrics Bulletin 1, 1945.
std::optional<Test> signed_rank(std::span<const double> differences);
/// The rank-sum test of two independent groups (Wilcoxon; Mann and Whitney 1947), with mean ranks, exact by counting up to 60 values
/// together, else by the normal approximation. nullopt where either is empty.
std::optional<Test> rank_sum(std::span<const double> a, std::span<const double> b);

/// p values corrected for being looked at together, in the order given. Source: Holm, Scandinavian Journal of Statistics 6, 1979.
std::vector<double> holm(const std::vector<double>& p);

/// Mean of paired differences over their standard deviation (Cohen's d_z); nullopt for fewer than two, or without spread.
std::optional<double> paired_effect(std::span<const double> differences);

/// Mean of the values with its 95 % interval by Student's t; nullopt for fewer than two.
std::optional<Interval> t_interval(std::span<const double> values);

}  // namespace synthbench
