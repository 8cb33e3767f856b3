#include "results/attempt_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "harness/base/error.h"

namespace synthbench {
namespace {

const char* kind_of(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "+inf" : "-inf";
  return "finite";
}

std::optional<double> finite(double value) { return std::isfinite(value) ? std::optional(value) : std::nullopt; }
std::optional<double> finite(std::optional<double> value) { return value ? finite(*value) : std::nullopt; }

/// Definitions of metrics, each looked up once. Who says nothing of unit or direction agrees with who does, whoever came first.
class MetricIds {
 public:
  explicit MetricIds(const Connection& database)
      : define_(database.prepare(R"(INSERT INTO metric_def(name, signature, unit, better) VALUES(?, ?, ?, ?)
                                    ON CONFLICT(name, signature) DO UPDATE SET unit=iif(unit='', excluded.unit, unit),
                                                                               better=iif(better='none', excluded.better, better)
                                    WHERE (unit='' AND excluded.unit<>'') OR (better='none' AND excluded.better<>'none'))")),
        find_(database.prepare("SELECT metric_id, unit, better FROM metric_def WHERE name=? AND signature=?")) {}

  std::int64_t id(const std::string& name, const std::string& signature, const std::string& unit, const std::string& better) {
    const auto [place, is_new] = ids_.try_emplace({name, signature}, 0);
    if (is_new) {
      define_.run(name, signature, unit, better);
      find_.bind(name, signature).step();
      agree(name, "unit", find_.text(1), unit, "");
      agree(name, "better direction", find_.text(2), better, "none");
      place->second = find_.integer(0);
    }
    return place->second;
  }

 private:
  static void agree(const std::string& name, const char* what, const std::string& here, const std::string& said, const char* nothing) {
    if (said == here || said == nothing) return;
    throw UserError(fmt::format("the {} of metric '{}' is '{}' in the database, not '{}': another metric needs another name or signature",
                                what, name, here, said));
  }

  Statement define_, find_;
  std::map<std::pair<std::string, std::string>, std::int64_t> ids_;
};

/// taken: what happens where the attempt has such a row already; empty: an error.
std::int64_t insert_metrics(const Connection& database, std::int64_t attempt, const std::vector<MetricRow>& metrics, MetricIds& ids,
                            const std::string& taken = {}) {
  Statement insert = database.prepare(
      R"(INSERT INTO metric(attempt_id, metric_id, split, step, value, value_kind, n, ci_lo, ci_hi)
         VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?))" +
      taken);
  std::int64_t changed = 0;
  for (const MetricRow& row : metrics) {
    changed += insert.run(attempt, ids.id(row.name, row.signature, row.unit, row.better), row.split, row.step, finite(row.value),
                          kind_of(row.value), row.n, finite(row.ci_lo), finite(row.ci_hi));
  }
  return changed;
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

/// The scores that one metric gave the examples of a split, by their numbers: they belong together. Of two scorings the one of the
/// larger sum stays.
using Scoring = std::map<std::int64_t, double>;

bool is_larger(const Scoring& a, const Scoring& b) {
  const auto sum = [](const Scoring& scoring) {
    double out = 0;
    for (const auto& [example, value] : scoring) out += value;
    return out;
  };
  return std::pair(sum(a), a) > std::pair(sum(b), b);
}

std::int64_t unite_examples(const Connection& database, std::int64_t attempt, const AttemptResult& result, MetricIds& ids) {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<ExampleScoreRow>> scorings;
  for (const ExampleScoreRow& row : result.examples) scorings[{row.name, row.signature, row.split}].push_back(row);
  const std::string where =
      " FROM example_score WHERE attempt_id=? AND split=? AND metric_id=(SELECT metric_id FROM metric_def WHERE name=? AND signature=?)";
  std::int64_t changed = 0;
  for (auto& [what, rows] : scorings) {
    const auto& [name, signature, split] = what;
    Scoring here, there;
    Statement read = database.prepare("SELECT example, value" + where);
    read.bind(attempt, split, name, signature);
    while (read.step()) here[read.integer(0)] = read.number(1);
    for (const ExampleScoreRow& row : rows) there[row.example] = row.value;
    if (!is_larger(there, here) && !here.empty()) continue;
    database.prepare("DELETE" + where).run(attempt, split, name, signature);
    changed += std::ssize(rows);
    AttemptResult scoring;
    scoring.metrics = result.metrics;
    scoring.examples = std::move(rows);
    insert_examples(database, attempt, scoring, ids);
  }
  return changed;
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

void end_attempt(const Connection& database, std::int64_t attempt, const std::optional<std::string>& ended_at,
                 const AttemptResult& result) {
  database
      .prepare(R"(UPDATE attempt SET outcome=?, ended_at=?, error_class=?, error_msg=?, exit_code=?, term_signal=?,
                         log_path=?, kernel=?, kernel_label=?, volatile_json=?, peak_rss_bytes=?, peak_dev_bytes=?,
                         first_call_ns=?, noisy=?
                  WHERE attempt_id=?)")
      .run(result.outcome, ended_at, result.error_class, result.reason, result.exit_code, result.term_signal, result.log_path,
           result.kernel, result.kernel_label, result.volatile_facts.dump(), result.peak_rss_bytes, result.peak_dev_bytes,
           result.first_call_ns, result.noisy, attempt);
}

void insert_rows(const Connection& database, std::int64_t attempt, const AttemptResult& result) {
  MetricIds ids(database);
  insert_metrics(database, attempt, result.metrics, ids);
  insert_examples(database, attempt, result, ids);
  insert_samples(database, attempt, result.samples);
  insert_checks(database, attempt, result);
}

std::int64_t unite_scores(const Connection& database, std::int64_t attempt, const AttemptResult& result) {
  MetricIds ids(database);
  const std::int64_t metrics = insert_metrics(database, attempt, result.metrics, ids, R"(
    ON CONFLICT(attempt_id, metric_id, split, step) DO UPDATE
      SET value=excluded.value, value_kind=excluded.value_kind, n=excluded.n, ci_lo=excluded.ci_lo, ci_hi=excluded.ci_hi
      WHERE (excluded.value_kind, coalesce(excluded.value, 0), coalesce(excluded.n, -1), coalesce(excluded.ci_lo, -9e999),
             coalesce(excluded.ci_hi, -9e999))
          > (metric.value_kind, coalesce(metric.value, 0), coalesce(metric.n, -1), coalesce(metric.ci_lo, -9e999),
             coalesce(metric.ci_hi, -9e999)))");
  return metrics + unite_examples(database, attempt, result, ids);
}

void replace_rows(const Connection& database, std::int64_t attempt, const AttemptResult& result) {
  for (const char* sql : {"DELETE FROM sample WHERE attempt_id=?", "DELETE FROM check_result WHERE attempt_id=?",
                          "DELETE FROM artifact WHERE attempt_id=?"}) {
    database.prepare(sql).run(attempt);
  }
  insert_samples(database, attempt, result.samples);
  insert_checks(database, attempt, result);
  unite_scores(database, attempt, result);
}

}  // namespace synthbench
