#include "results/attempt_rows.h"

#include <cmath>
#include <map>

namespace synthbench {
namespace {

const char* kind_of(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "+inf" : "-inf";
  return "finite";
}

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }
std::optional<double> finite(std::optional<double> value) { return value ? finite(*value) : std::nullopt; }

void insert_metrics(const Connection& database, std::int64_t attempt, const std::vector<MetricRow>& metrics) {
  Statement define =
      database.prepare("INSERT INTO metric_def(name, signature, unit, better) VALUES(?, ?, ?, ?) ON CONFLICT(name, signature) DO NOTHING");
  Statement find = database.prepare("SELECT metric_id FROM metric_def WHERE name=? AND signature=?");
  Statement insert = database.prepare(
      R"(INSERT INTO metric(attempt_id, metric_id, split, step, value, value_kind, n, ci_lo, ci_hi)
         VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?))");
  std::map<std::pair<std::string, std::string>, std::int64_t> ids;
  for (const MetricRow& row : metrics) {
    const auto [place, is_new] = ids.try_emplace({row.name, row.signature}, 0);
    if (is_new) {
      define.run(row.name, row.signature, row.unit, row.better);
      place->second = find.bind(row.name, row.signature).step() ? find.integer(0) : 0;
    }
    insert.run(attempt, place->second, row.split, row.step, finite(row.value), kind_of(row.value), row.n, finite(row.ci_lo),
               finite(row.ci_hi));
  }
}

void insert_samples(const Connection& database, std::int64_t attempt, const std::vector<SampleRow>& samples) {
  Statement insert = database.prepare(
      R"(INSERT INTO sample(attempt_id, phase, cache, round, idx, clock, inner_iters, total_ns, sm_mhz, discarded)
         VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?))");
  for (const SampleRow& row : samples) {
    insert.run(attempt, row.phase, row.cache, row.round, row.idx, row.clock, row.inner_iters, row.total_ns, row.sm_mhz, row.discarded);
  }
}

void insert_checks(const Connection& database, std::int64_t attempt, const AttemptResult& result) {
  Statement check = database.prepare(
      R"(INSERT INTO check_result(attempt_id, ref_backend, ref_dtype, tensor, measure, value, tol, passed, input_seed, detail)
         VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?))");
  for (const CheckRow& row : result.checks) {
    check.run(attempt, row.ref_backend, row.ref_dtype, row.tensor, row.measure, finite(row.value), row.tol, row.passed, row.input_seed,
              row.detail);
  }
  Statement artifact = database.prepare("INSERT INTO artifact(attempt_id, name, path, sha256, bytes) VALUES(?, ?, ?, ?, ?)");
  for (const ArtifactRow& row : result.artifacts) artifact.run(attempt, row.name, row.path, row.sha256, row.bytes);
}

}  // namespace

void insert_rows(const Connection& database, std::int64_t attempt, const AttemptResult& result) {
  insert_metrics(database, attempt, result.metrics);
  insert_samples(database, attempt, result.samples);
  insert_checks(database, attempt, result);
}

}  // namespace synthbench
