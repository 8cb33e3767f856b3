#include "results/attempt_rows.h"

#include <algorithm>
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

/// Definitions of metrics, each looked up once.
class MetricIds {
 public:
  explicit MetricIds(const Connection& database)
      : define_(database.prepare(
            "INSERT INTO metric_def(name, signature, unit, better) VALUES(?, ?, ?, ?) ON CONFLICT(name, signature) DO NOTHING")),
        find_(database.prepare("SELECT metric_id FROM metric_def WHERE name=? AND signature=?")) {}

  std::int64_t id(const std::string& name, const std::string& signature, const std::string& unit, const std::string& better) {
    const auto [place, is_new] = ids_.try_emplace({name, signature}, 0);
    if (is_new) {
      define_.run(name, signature, unit, better);
      place->second = find_.bind(name, signature).step() ? find_.integer(0) : 0;
    }
    return place->second;
  }

 private:
  Statement define_, find_;
  std::map<std::pair<std::string, std::string>, std::int64_t> ids_;
};

void insert_metrics(const Connection& database, std::int64_t attempt, const std::vector<MetricRow>& metrics, MetricIds& ids) {
  Statement insert = database.prepare(
      R"(INSERT INTO metric(attempt_id, metric_id, split, step, value, value_kind, n, ci_lo, ci_hi)
         VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?))");
  for (const MetricRow& row : metrics) {
    insert.run(attempt, ids.id(row.name, row.signature, row.unit, row.better), row.split, row.step, finite(row.value), kind_of(row.value),
               row.n, finite(row.ci_lo), finite(row.ci_hi));
  }
}

/// Unit and direction of a metric that only examples have are those of its namesake, where there is one.
void insert_examples(const Connection& database, std::int64_t attempt, const AttemptResult& result, MetricIds& ids) {
  Statement insert = database.prepare("INSERT INTO example_score(attempt_id, metric_id, split, example, value) VALUES(?, ?, ?, ?, ?)");
  for (const ExampleScoreRow& row : result.examples) {
    const auto like = std::ranges::find(result.metrics, row.name, &MetricRow::name);
    const bool known = like != result.metrics.end();
    insert.run(attempt, ids.id(row.name, row.signature, known ? like->unit : "", known ? like->better : "none"), row.split, row.example,
               row.value);
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
  MetricIds ids(database);
  insert_metrics(database, attempt, result.metrics, ids);
  insert_examples(database, attempt, result, ids);
  insert_samples(database, attempt, result.samples);
  insert_checks(database, attempt, result);
}

}  // namespace synthbench
