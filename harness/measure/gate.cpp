// harness/measure/gate.cpp
// No speed is shown for a kernel that has not matched the oracle. Three twins of one small problem: the backend under test
// and a plain composition in the cell's dtype, the reference in f64.
//
//   error(tensor) = |got - truth| / |truth|      bound = 2 error(plain) + max(1e-6, 2^-23 max|logit|) in f32, 1e-10 in f64
#include "harness/measure/gate.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "harness/measure/cell_problem.h"
#include "harness/measure/peak_memory.h"
#include "harness/measure/plain.h"

namespace synthbench {
namespace {

void run(AttentionBackend& backend, Problem& problem) {
  problem.poison_outputs();
  backend.forward(problem.call(), problem.outputs());
  if (problem.options().needs_grad) backend.backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
}

/// Relative norm of the difference; absolute where the truth is zero. Equal infinities (lse of a row without keys) are equal.
double error_of(const std::vector<double>& got, const std::vector<double>& truth) {
  double difference = 0, norm = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    if (std::isinf(truth[k])) {
      if (got[k] != truth[k]) return std::numeric_limits<double>::infinity();
      continue;
    }
    difference += (got[k] - truth[k]) * (got[k] - truth[k]);
    norm += truth[k] * truth[k];
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

/// The smallest twin, odd where it may be, for which the backend picks the kernel that is going to be timed: two samples and
/// heads where these will do, else as many as the cell has.
Config twin_of(const Config& config, AttentionBackend& backend, const std::string& kernel, std::int64_t seed, int threads) {
  constexpr std::array<std::int64_t, 6> kLengths = {33, 65, 129, 257, 513, 1025};
  const std::int64_t batch = config.integer("batch"), heads = config.integer("heads");
  for (const std::int64_t length : kLengths) {
    for (const auto& [samples, few_heads] : {std::pair{std::int64_t{2}, std::int64_t{2}}, {std::int64_t{2}, heads}, {batch, heads}}) {
      Config twin = shrunk(config, samples, few_heads, length);
      if (backend.choose(problem_of(twin, seed, threads).call()).kernel == kernel) return twin;
    }
    if (length >= config.integer("seq_len")) break;
  }
  return config;
}

struct Yardstick {
  double floor = 0;
  bool exact = false;  ///< f64: the bound is a number
  double bound(double plain_error) const { return exact ? 1e-10 : 2 * plain_error + floor; }
};

Yardstick yardstick_of(const Problem& problem) {
  if (problem.options().dtype == DType::f64) return {0, true};
  return {std::max(1e-6, 0x1p-23 * largest_logit(problem.call())), false};
}

std::string complaint(const CheckRow& row) { return fmt::format("{} off by {:.2g} (bound {:.2g})", row.tensor, row.value, row.tol); }

/// Runs the three twins and reports each tensor. Returns what is wrong, and gives all their memory back.
std::vector<std::string> compare(Problem tested, AttentionBackend& backend, const std::string& detail, const RecordWriter& records) {
  Problem plain = tested.as(tested.options().dtype);
  Problem truth = tested.as(DType::f64);
  run(backend, tested);
  run(*plain_composition(), plain);
  run(*backends().at("reference")(), truth);

  const Yardstick yardstick = yardstick_of(tested);
  const auto seed = static_cast<std::int64_t>(tested.options().seed);
  std::vector<std::string> failures;
  const auto report = [&](const std::string& tensor, const char* measure, double value, double bound) {
    CheckRow row{"reference", "f64", tensor, measure, detail, value, bound, value <= bound, seed};
    records.write(to_json(row));
    if (!row.passed) failures.push_back(complaint(row));
  };
  for (const std::string& tensor : tested.results()) {
    const std::vector<double> wanted = truth.read(tensor);
    const double bound = yardstick.bound(error_of(plain.read(tensor), wanted));
    report(tensor, "rel_norm", error_of(tested.read(tensor), wanted), bound);
  }
  report("guards", "overwritten", tested.guards_intact() ? 0 : 1, 0);
  return failures;
}

}  // namespace

void gate_attention(const WorkerOrder& order, AttentionBackend& backend, const std::string& kernel, const RecordWriter& records) {
  const Config twin = twin_of(order.config, backend, kernel, order.seed, order.threads);
  Problem tested = problem_of(twin, order.seed, order.threads);
  const std::string chosen = backend.choose(tested.call()).kernel;
  if (chosen != kernel) throw GateFailed(fmt::format("gate: the twin runs kernel '{}', the cell '{}'", chosen, kernel));
  const CallShape shape = tested.shape();
  const std::string detail = fmt::format("kernel {} on B{} H{} N{}", kernel, shape.batch, shape.heads, shape.queries);
  const std::vector<std::string> failures = compare(std::move(tested), backend, detail, records);
  forget_peak_rss();
  if (!failures.empty()) {
    throw GateFailed(fmt::format("gate: {} against the float64 oracle ({})", fmt::join(failures, ", "), detail));
  }
}

}  // namespace synthbench
