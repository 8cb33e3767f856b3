#include "results/statistics_vectors.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "results/complexity.h"
#include "results/noise_floor.h"
#include "results/significance.h"
#include "results/statistics.h"

namespace synthbench {
namespace {

using Values = std::vector<double>;

// Hours of sleep gained with two drugs by the same ten people: Student, Biometrika 6, 1908; R's dataset `sleep`.
const Values kDrug1 = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const Values kDrug2 = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
// Depression scores before and after: Hollander and Wolfe, Nonparametric Statistical Methods, 1973, p. 29.
const Values kBefore = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
const Values kAfter = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
// Permeability of membranes: the same book, p. 69.
const Values kTerm = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
const Values kEarly = {1.15, 0.88, 0.90, 0.74, 1.21};

Values minus(const Values& a, const Values& b) {
  Values out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] - b[i]);
  return out;
}

/// Share of bootstrap medians of one process {1, 3} that are 2: of four equally likely draws, two.
double share_in_the_middle() {
  const std::vector<Launches> cell = {{{1, 3}}};
  const std::vector<double> medians = bootstrap_medians(cell, 1, 40000);
  return static_cast<double>(std::ranges::count(medians, 2.0)) / static_cast<double>(medians.size());
}

/// Share of bootstrap medians that are 1 where two processes gave {1, 1} and {3, 3}: both draws are the first, one in four.
double share_of_the_first_process() {
  const std::vector<Launches> cell = {{{1, 1}, {3, 3}}};
  const std::vector<double> medians = bootstrap_medians(cell, 1, 40000);
  return static_cast<double>(std::ranges::count(medians, 1.0)) / static_cast<double>(medians.size());
}

/// Of two bootstraps with one seed.
double differing_replicates() {
  const std::vector<Launches> cell = {{{1, 3, 4, 9}, {2, 8, 5}}};
  const std::vector<double> once = bootstrap_medians(cell, 7, 1000), again = bootstrap_medians(cell, 7, 1000);
  double count = 0;
  for (std::size_t i = 0; i < once.size(); ++i) count += once[i] == again[i] ? 0 : 1;
  return count;
}

double quadratic_fit() {
  const auto found = fit_complexity({{10, 2e-3 * 100}, {20, 2e-3 * 400}, {40, 2e-3 * 1600}});
  return found && found->order == "N^2" ? found->coefficient : 0;
}

void add_spread(std::vector<StatisticVector>& out) {
  const Values large = {1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4};
  out.push_back({"sd of 1e9 + {0..4}", "by hand: sqrt(2.5)", *standard_deviation(large), std::sqrt(2.5), 1e-9});
  out.push_back({"sd of NumAcc1", "NIST StRD, univariate", *standard_deviation(Values{10000001, 10000003, 10000002}), 1, 1e-9});
  out.push_back({"mean of NumAcc1", "NIST StRD, univariate", mean(Values{10000001, 10000003, 10000002}), 10000002, 1e-6});
  out.push_back({"sd of one value: how many there are", "by definition: none", standard_deviation(Values{3}) ? 1.0 : 0.0, 0, 0});
  out.push_back({"0.9 quantile of 10 20 30 40", "R: quantile(x, 0.9)", quantile({10, 20, 30, 40}, 0.9), 37, 1e-12});
  out.push_back({"median of 4 1 3 2", "by hand", median({4, 1, 3, 2}), 2.5, 1e-12});
  const Interval interval = *t_interval(Values{1, 2, 3, 4, 5});
  out.push_back({"lower end of the t interval of 1..5", "R: t.test(1:5)", interval.lo, 1.036757, 1e-6});
  out.push_back({"upper end of the t interval of 1..5", "R: t.test(1:5)", interval.hi, 4.963243, 1e-6});
}

void add_tests(std::vector<StatisticVector>& out) {
  const Values gained = minus(kDrug2, kDrug1);
  out.push_back({"p of the paired t test, sleep", "Student 1908; R: t.test(paired = TRUE)", paired_t(gained)->p, 0.00283289, 1e-8});
  out.push_back({"p of Welch's t test, sleep", "R: t.test(extra ~ group)", welch_t(kDrug1, kDrug2)->p, 0.07939414, 1e-8});
  out.push_back({"degrees of freedom, sleep", "R: t.test(extra ~ group)", welch_t(kDrug1, kDrug2)->freedom, 17.77647, 1e-5});
  out.push_back(
      {"p of Yuen's trimmed t test, sleep", "SciPy 1.17: ttest_ind(trim=0.2)", trimmed_t(kDrug1, kDrug2)->p, 0.14337828852444037, 1e-12});
  out.push_back(
      {"its degrees of freedom", "SciPy 1.17: ttest_ind(trim=0.2)", trimmed_t(kDrug1, kDrug2)->freedom, 8.264708513637695, 1e-10});
  const Interval apart = *trimmed_interval(kDrug1, kDrug2);
  out.push_back({"lower end of its interval", "SciPy 1.17: from the statistic", apart.lo, -0.6973066261155885, 1e-10});
  out.push_back({"upper end of its interval", "SciPy 1.17: from the statistic", apart.hi, 4.030639959448923, 1e-10});
  out.push_back({"d_z of sleep", "by hand: t / sqrt(10)", *paired_effect(gained), 4.062128 / std::sqrt(10.0), 1e-6});
  out.push_back({"p of signed ranks, depression", "Hollander and Wolfe 1973, p. 29; R: wilcox.test", signed_rank(minus(kBefore, kAfter))->p,
                 0.0390625, 1e-9});
  out.push_back({"p of the rank sum, membranes", "Hollander and Wolfe 1973, p. 69; R: wilcox.test", rank_sum(kTerm, kEarly)->p,
                 0.254412254412, 1e-9});
  out.push_back(
      {"p of the rank sum, 3 against 3 apart", "by counting: 2 of 20", rank_sum(Values{1, 2, 3}, Values{4, 5, 6})->p, 0.1, 1e-12});
  const std::vector<double> corrected = holm({0.01, 0.04, 0.03, 0.005});
  const double expected[] = {0.03, 0.06, 0.06, 0.02};
  for (std::size_t i = 0; i < 4; ++i) {
    out.push_back(
        {"Holm, p number " + std::to_string(i + 1), "R: p.adjust(c(.01, .04, .03, .005), 'holm')", corrected[i], expected[i], 1e-12});
  }
}

void add_bootstrap(std::vector<StatisticVector>& out) {
  const double error = 4 * std::sqrt(0.25 / 40000);  // four standard errors of a share of 40,000 draws
  out.push_back({"bootstrap of one process {1, 3}", "by counting: 2 of 4", share_in_the_middle(), 0.5, error});
  out.push_back({"bootstrap of processes {1, 1} {3, 3}", "by counting: 1 of 4", share_of_the_first_process(), 0.25, error});
  out.push_back({"replicates that an equal seed draws otherwise", "by definition: none", differing_replicates(), 0, 0});
  out.push_back({"fit of 2e-3 N^2", "by hand", quadratic_fit(), 2e-3, 1e-12});
}

/// What calibrate makes a noise floor of.
void add_floor(std::vector<StatisticVector>& out) {
  const Launches processes = {{1, 1.2}, {2, 2}, {1, 1}, {2, 2.4}};
  const std::vector<double> of_one = pair_differences({{1, 1}, {1.1, 1.1}, {4, 4}, {2, 2}}, 1), of_two = pair_differences(processes, 2);
  out.push_back({"A/A difference of {1, 1} and {1.1, 1.1}", "by hand: 1.1 / 1 - 1", of_one.at(0), 0.1, 1e-12});
  out.push_back({"A/A difference, the larger over the smaller", "by hand: 4 / 2 - 1", of_one.at(1), 1, 1e-12});
  out.push_back({"A/A difference of two launches a side, in turns", "by hand: 2 / 1 - 1", of_two.at(0), 1, 1e-12});
  out.push_back({"noise floor of differences 0.1 and 1", "R: quantile(c(0.1, 1), 0.95)", quantile(of_one, 0.95), 0.955, 1e-12});
}

}  // namespace

bool StatisticVector::passed() const { return std::abs(value - expected) <= tolerance; }

std::vector<StatisticVector> statistic_vectors() {
  std::vector<StatisticVector> out;
  add_spread(out);
  add_tests(out);
  add_bootstrap(out);
  add_floor(out);
  return out;
}

}  // namespace synthbench
