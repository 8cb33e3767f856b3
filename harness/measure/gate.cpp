// harness/measure/gate.cpp
// No speed is shown for a kernel that has not matched the oracle. Three twins of one small problem: the backend under test
// and a plain composition in the cell's dtype, the reference in f64.
//
//   error_norm(got, truth) <= error_bound(...)      backends/core/accuracy.h
#include "harness/measure/gate.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "backends/core/accuracy.h"
#include "harness/measure/cell_problem.h"
#include "harness/measure/plain.h"

namespace synthbench {
namespace {

void run(AttentionBackend& backend, Problem& problem) {
  problem.poison_outputs();
  backend.forward(problem.call(), problem.outputs());
  if (problem.options().needs_grad) backend.backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
}

/// The smallest twin of several tiles, odd where it may be, for which the backend picks the kernel that is going to be timed: two samples and
/// heads where these will do, else as many as the cell has.
Config twin_of(const Config& config, AttentionBackend& backend, const std::string& kernel, std::int64_t seed, int threads) {
  constexpr std::array<std::int64_t, 3> kLengths = {289, 513, 1025};
  const std::int64_t batch = config.integer("batch"), heads = config.integer("heads");
  for (const std::int64_t length : kLengths) {
    for (const auto& [samples, few_heads] : {std::pair{std::int64_t{2}, std::int64_t{2}}, {std::int64_t{2}, heads}, {batch, heads}}) {
      Config twin = shrunk(config, samples, few_heads, length);
      if (backend.choose(problem_of(twin, seed, threads).call()).kernel == kernel) return twin;
    }
    if (length >= config.integer("seq_len")) return config;
  }
  throw GateFailed(fmt::format("gate: no twin of up to {} rows runs kernel '{}'", kLengths.back(), kernel));
}

std::string complaint(const CheckRow& row) { return fmt::format("{} off by {:.2g} (bound {:.2g})", row.tensor, row.value, row.tol); }

/// Runs the three twins and reports each tensor. Returns what is wrong, and gives all their memory back.
std::vector<std::string> compare(Problem tested, AttentionBackend& backend, const std::string& detail, const RecordWriter& records) {
  Problem plain = tested.as(tested.options().dtype);
  Problem truth = tested.as(DType::f64);
  run(backend, tested);
  run(*plain_composition(), plain);
  run(*backends().at("reference")(), truth);

  const double max_logit = largest_logit(tested.call());
  const auto seed = static_cast<std::int64_t>(tested.options().seed);
  std::vector<std::string> failures;
  const auto report = [&](const std::string& tensor, const char* measure, double value, double bound) {
    CheckRow row{"reference", "f64", tensor, measure, detail, value, bound, value <= bound, seed};
    records.write(to_json(row));
    if (!row.passed) failures.push_back(complaint(row));
  };
  const double largest = tested.options().needs_grad ? norm(truth.read("grad.value")) : 0;
  for (const std::string& tensor : tested.results()) {
    const std::vector<double> wanted = truth.read(tensor);
    const double bound = error_bound(tested.options().dtype, wanted, error_norm(plain.read(tensor), wanted), max_logit, largest);
    report(tensor, error_measure(wanted), error_norm(tested.read(tensor), wanted), bound);
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
  if (!failures.empty()) {
    throw GateFailed(fmt::format("gate: {} against the float64 oracle ({})", fmt::join(failures, ", "), detail));
  }
}

}  // namespace synthbench
