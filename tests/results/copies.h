#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/example_scores.h"
#include "results/exchange.h"
#include "tests/results/fixtures.h"

namespace synthbench {

/// Databases that began as one file, and went on apart.
class Copies : public testing::Test {
 protected:
  void SetUp() override {
    Sweep sweep(folder / "a.db", some_cells({64}, {0, 1}), "shared");
    sweep.finish_all([](const auto&) { return timed({{1e-3}}); });
    sweep.store->checkpoint();
    std::filesystem::copy_file(folder / "a.db", folder / "b.db");
  }
  /// What the cells are and what their attempts measured, whatever the numbers of rows.
  Json merged(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(folder / (name + ".db"));
    const auto store = Store::open_to_write(folder / ("merged" + std::to_string(++number) + ".db"));
    counts = merge_files(*store, paths);
    expect_healthy(*store);
    return contents(*store);
  }
  /// What `score --store` does: a value of the first attempt, and of its first example.
  void score(const std::string& name, double value, const std::string& signature = "v:2") {
    const auto store = Store::open_to_write(folder / name);
    MetricRow bleu{.name = "bleu", .signature = signature, .unit = "BLEU", .better = "higher", .split = "test"};
    bleu.value = value;
    store_scores(*store, 1, {bleu}, {{.name = "bleu", .signature = signature, .split = "test", .example = 1, .value = value}});
    store->checkpoint();
  }
  static Json contents(Store& store) {
    return {Json(store.select(R"(SELECT ce.seed, ce.state, ce.reason, a.attempt_uid FROM cell ce
                                  LEFT JOIN attempt a ON a.attempt_id=ce.result_attempt_id ORDER BY ce.seed)")),
            Json(store.select(R"(SELECT a.attempt_uid, d.name, m.split, m.value, NULL AS example
                                  FROM metric m JOIN metric_def d USING(metric_id) JOIN attempt a USING(attempt_id) UNION ALL
                                  SELECT a.attempt_uid, d.name, x.split, x.value, x.example
                                  FROM example_score x JOIN metric_def d USING(metric_id) JOIN attempt a USING(attempt_id)
                                  ORDER BY 1, 2, 3, 5)")),
            Json(store.select("SELECT attempt_uid, n, outcome, error_class, ended_at, kernel FROM attempt ORDER BY 1")),
            Json(store.select("SELECT count(*) AS n, sum(total_ns) AS ns FROM sample"))};
  }

  TempFolder folder;
  int number = 0;
  Store::Imported counts;
};

}  // namespace synthbench
