#include "results/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "harness/base/splitmix.h"

namespace synthbench {
namespace {

void check_some(std::size_t count) {
  if (count == 0) throw std::invalid_argument("a statistic of nothing");
}

/// A printed interval has to come out again, on any machine.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  /// 0 <= result < end; the bias of the multiplication is below 2^-32 for any sample count.
  std::size_t below(std::size_t end) {
    const std::uint64_t x = splitmix(state_);
    state_ += kSplitmixStep;
    return static_cast<std::size_t>(((x >> 32) * static_cast<std::uint64_t>(end)) >> 32);
  }

 private:
  std::uint64_t state_;
};

/// Draws medians of one cell. Samples are ranked once over all processes; a replicate only counts how often each rank was
/// drawn and walks to the middle.
class CellResampler {
 public:
  explicit CellResampler(const Launches& launches) {
    for (const auto& launch : launches) {
      if (!launch.empty()) launches_.push_back(std::vector<std::uint32_t>(launch.size()));
    }
    check_some(launches_.size());
    struct Sample {
      double seconds;
      std::size_t launch, index;
    };
    std::vector<Sample> all;
    std::size_t number = 0;
    for (const auto& launch : launches) {
      for (std::size_t index = 0; index < launch.size(); ++index) all.push_back({launch[index], number, index});
      if (!launch.empty()) ++number;
    }
    std::sort(all.begin(), all.end(), [](const Sample& a, const Sample& b) { return a.seconds < b.seconds; });
    for (std::size_t rank = 0; rank < all.size(); ++rank) {
      launches_[all[rank].launch][all[rank].index] = static_cast<std::uint32_t>(rank);
      sorted_.push_back(all[rank].seconds);
    }
    counts_.resize(sorted_.size());
  }

  double draw(Draws& draws) {
    std::fill(counts_.begin(), counts_.end(), 0u);
    std::size_t drawn = 0;
    for (std::size_t process = 0; process < launches_.size(); ++process) {
      const auto& ranks = launches_[draws.below(launches_.size())];
      for (std::size_t i = 0; i < ranks.size(); ++i) ++counts_[ranks[draws.below(ranks.size())]];
      drawn += ranks.size();
    }
    return middle_of(drawn);
  }

 private:
  /// The median of so many drawn samples, in one walk over the ranks.
  double middle_of(std::size_t drawn) const {
    const std::size_t lower = (drawn - 1) / 2, upper = drawn / 2;
    std::size_t seen = counts_[0], rank = 0;
    while (seen <= lower) seen += counts_[++rank];
    const double below = sorted_[rank];
    while (seen <= upper) seen += counts_[++rank];
    return (below + sorted_[rank]) / 2;
  }

  std::vector<std::vector<std::uint32_t>> launches_;  // ranks of each process's samples
  std::vector<double> sorted_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace

double mean(std::span<const double> values) {
  check_some(values.size());
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double share) {
  check_some(values.size());
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

std::optional<double> standard_deviation(std::span<const double> values) {
  check_some(values.size());
  if (values.size() == 1) return std::nullopt;
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::vector<double> bootstrap_medians(std::span<const Launches> cells, std::uint64_t seed, int replicates) {
  check_some(cells.size());
  Draws draws(seed);
  std::vector<double> out(static_cast<std::size_t>(replicates), 0.0);
  for (const Launches& launches : cells) {
    CellResampler cell(launches);
    for (double& replicate : out) replicate += cell.draw(draws) / static_cast<double>(cells.size());
  }
  return out;
}

Interval interval_of(const std::vector<double>& replicates) { return {quantile(replicates, 0.025), quantile(replicates, 0.975)}; }

std::vector<double> ratios(std::span<const double> numerator, std::span<const double> denominator) {
  std::vector<double> out;
  for (std::size_t i = 0; i < std::min(numerator.size(), denominator.size()); ++i) out.push_back(numerator[i] / denominator[i]);
  return out;
}

Interval ratio_interval(std::span<const double> numerator, std::span<const double> denominator) {
  return interval_of(ratios(numerator, denominator));
}

}  // namespace synthbench
