#include "results/example_scores.h"

#include <fmt/format.h>

#include <set>
#include <tuple>

#include "harness/base/error.h"
#include "results/attempt_rows.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

void require_ended(const Connection& database, std::int64_t attempt) {
  Statement find = database.prepare("SELECT outcome FROM attempt WHERE attempt_id=?");
  if (!find.bind(attempt).step()) throw UserError(fmt::format("there is no attempt a{} here (`ls attempts` lists them)", attempt));
  if (find.text(0) == "running") throw UserError(fmt::format("a{} is still running: its scores can be stored when it has ended", attempt));
}

void remove_twins(const Connection& database, std::int64_t attempt, const AttemptResult& scores) {
  const auto remove = [&](const char* sql, const auto& rows) {
    std::set<std::tuple<std::string, std::string, std::string>> names;
    for (const auto& row : rows) names.insert({row.name, row.signature, row.split});
    Statement statement = database.prepare(sql);
    for (const auto& [name, signature, split] : names) statement.run(attempt, split, name, signature);
  };
  remove(
      R"(DELETE FROM metric WHERE attempt_id=? AND split=? AND step=-1
         AND metric_id IN (SELECT metric_id FROM metric_def WHERE name=? AND signature=?))",
      scores.metrics);
  remove(
      R"(DELETE FROM example_score WHERE attempt_id=? AND split=?
         AND metric_id IN (SELECT metric_id FROM metric_def WHERE name=? AND signature=?))",
      scores.examples);
}

}  // namespace

void store_scores(Store& store, std::int64_t attempt, const std::vector<MetricRow>& values, const std::vector<ExampleScoreRow>& examples) {
  AttemptResult scores;
  scores.metrics = values;
  scores.examples = examples;
  dynamic_cast<SqliteStore&>(store).write([&](const Connection& database) {
    require_ended(database, attempt);
    remove_twins(database, attempt, scores);
    insert_rows(database, attempt, scores);
  });
}

}  // namespace synthbench
