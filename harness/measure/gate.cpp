// harness/measure/gate.cpp
// No speed is shown for a kernel that has not matched the oracle (oracle.h) on a small twin of its cell.
#include "harness/measure/gate.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "harness/check/oracle.h"
#include "harness/measure/cell_problem.h"

namespace synthbench {
namespace {

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

/// Reports each tensor; returns what is wrong.
std::vector<std::string> report(const std::vector<TensorError>& errors, std::int64_t seed, const std::string& detail,
                                const RecordWriter& records) {
  std::vector<std::string> failures;
  for (const TensorError& error : errors) {
    records.write(
        to_json(CheckRow{"reference", "f64", error.tensor, error.measure, detail, error.value, error.bound, error.passed(), seed}));
    if (!error.passed()) failures.push_back(fmt::format("{} off by {:.2g} (bound {:.2g})", error.tensor, error.value, error.bound));
  }
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
  const std::vector<std::string> failures = report(errors_against_oracle(std::move(tested), backend), order.seed, detail, records);
  if (!failures.empty()) {
    throw GateFailed(fmt::format("gate: {} against the float64 oracle ({})", fmt::join(failures, ", "), detail));
  }
}

}  // namespace synthbench
