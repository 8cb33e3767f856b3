// check grad: what a backward wrote against what the forward does.
//
//   L = sum(out * grad_out)     dL/dx = (8 (L(x+h) - L(x-h)) - (L(x+2h) - L(x-2h))) / 12h + O(h^4)
//
// L comes from the oracle in f64, whatever the dtype under test: differences of f32 outputs would show rounding alone.
#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "backends/core/accuracy.h"
#include "backends/core/half.h"
#include "harness/base/splitmix.h"
#include "harness/check/oracle.h"
#include "harness/check/pairs.h"
#include "harness/check/parity.h"
#include "harness/check/plain.h"

namespace synthbench {
namespace {

constexpr double kStep = 0x1.0p-9;  ///< h^4 / 30 is 5e-13, rounding about 1e-13
constexpr std::uint64_t kEntries = 24;

/// Some entries of one operand, and the derivative of L by each.
struct Differences {
  std::string operand;
  std::vector<std::int64_t> entries;
  std::vector<double> derivative;
  double uncertainty = 0;  ///< norm of what the step of twice the length would change
};

/// Up to kEntries places of an operand, different ones, sorted.
std::vector<std::int64_t> drawn_entries(std::int64_t count, std::uint64_t seed) {
  std::vector<std::int64_t> entries;
  const auto size = static_cast<std::uint64_t>(count);
  if (size <= kEntries) {
    for (std::int64_t i = 0; i < count; ++i) entries.push_back(i);
    return entries;
  }
  for (std::uint64_t state = seed; entries.size() < kEntries; state += kSplitmixStep) {
    const auto entry = static_cast<std::int64_t>(splitmix(state) % size);
    if (std::ranges::find(entries, entry) == entries.end()) entries.push_back(entry);
  }
  std::ranges::sort(entries);
  return entries;
}

class Differentiator {
 public:
  explicit Differentiator(Problem problem)
      : problem_(std::move(problem)), oracle_(backends().at("reference")()), grad_out_(problem_.read("grad_out")) {}

  /// Every operand whose gradient is wanted.
  std::vector<Differences> all() {
    std::vector<Differences> found;
    for (const std::string& operand : problem_.operands()) {
      if (problem_.has("grad." + operand)) found.push_back(of(operand));
    }
    return found;
  }

 private:
  Differences of(const std::string& operand) {
    Differences made{operand, drawn_entries(problem_.count(operand), splitmix(problem_.options().seed ^ operand.size())), {}};
    std::vector<double> change;
    for (const std::int64_t entry : made.entries) {
      const double one = rise(operand, entry, kStep), two = rise(operand, entry, 2 * kStep), four = rise(operand, entry, 4 * kStep);
      made.derivative.push_back((8 * one - two) / (12 * kStep));
      change.push_back(made.derivative.back() - (8 * two - four) / (24 * kStep));
    }
    made.uncertainty = norm(change);
    return made;
  }

  /// L(x + step) - L(x - step): the outputs are subtracted first, so that what does not change cancels exactly.
  double rise(const std::string& operand, std::int64_t entry, double step) {
    const double x = problem_.get(operand, entry);
    const std::vector<double> above = out_at(operand, entry, x + step), below = out_at(operand, entry, x - step);
    problem_.set(operand, entry, x);
    double sum = 0;
    for (std::size_t i = 0; i < above.size(); ++i) sum += (above[i] - below[i]) * grad_out_[i];
    return sum;
  }

  std::vector<double> out_at(const std::string& operand, std::int64_t entry, double x) {
    problem_.set(operand, entry, x);
    oracle_->forward(problem_.call(), problem_.outputs());
    return problem_.read("out");
  }

  Problem problem_;
  std::unique_ptr<AttentionBackend> oracle_;
  std::vector<double> grad_out_;
};

std::vector<double> gradient_at(const Problem& problem, const Differences& differences) {
  std::vector<double> out;
  for (const std::int64_t entry : differences.entries) out.push_back(problem.get("grad." + differences.operand, entry));
  return out;
}

std::vector<TensorError> compare(const std::vector<Differences>& truth, Problem tested, AttentionBackend& backend) {
  const DType dtype = tested.options().dtype;
  Problem plain = tested.as(dtype);
  run_afresh(backend, tested);
  run_afresh(*plain_composition(), plain);
  const double max_logit = largest_logit(tested.call());
  double largest = 0;
  for (const Differences& differences : truth) largest = std::max(largest, norm(differences.derivative));
  std::vector<TensorError> errors;
  for (const Differences& differences : truth) {
    const std::vector<double>& wanted = differences.derivative;
    const double size = is_zero(wanted) ? 1.0 : norm(wanted);
    const double bound = error_bound(dtype, wanted, error_norm(gradient_at(plain, differences), wanted), max_logit, largest);
    errors.push_back({"grad." + differences.operand, error_measure(wanted), error_norm(gradient_at(tested, differences), wanted),
                      bound + differences.uncertainty / size});
  }
  return errors;
}

}  // namespace

std::vector<CheckNumber> check_gradients(const CheckRequest& request) {
  constexpr std::int64_t kLength = 17;
  std::map<std::string, std::vector<Differences>> known;  // by variant, masks and numbers: alike for every backend
  return check_pairs(request, kLength, /*tiles=*/false, [&](const CheckPoint& point, Problem tested, AttentionBackend& backend) {
    const DType dtype = tested.options().dtype;  // f32 and f64 hold the same numbers, narrower ones round them
    auto [place, is_new] =
        known.try_emplace(point.variant + " " + point.masks + " " + (is_half(dtype) ? std::string(name(dtype)) : "wide"));
    if (is_new) place->second = Differentiator(tested.as(DType::f64)).all();
    return compare(place->second, std::move(tested), backend);
  });
}

}  // namespace synthbench
