// The columns that users' own queries rely on, and the speed that large sweeps need.
#include "results/schema.h"

#include <ctime>
#include <filesystem>
#include <functional>
#include <map>

#include "harness/base/files.h"
#include "results/sqlite.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

using Columns = std::map<std::string, std::string>;  // name -> declared type

std::map<std::string, Columns> tables_of(const Connection& database) {
  std::map<std::string, Columns> out;
  Statement names = database.prepare("SELECT type || ' ' || name, name FROM sqlite_master WHERE type IN('table','view')");
  while (names.step()) {
    Statement columns = database.prepare("SELECT name, type FROM pragma_table_info('" + names.text(1) + "')");
    while (columns.step()) out[names.text(0)][columns.text(0)] = columns.text(1);
  }
  return out;
}

TEST(Schema, HasEveryPromisedColumn) {
  const std::string promise = std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/schema.sql";
  if (!std::filesystem::exists(promise)) GTEST_SKIP() << promise << " is not here";
  const Connection ours(":memory:", Connection::Mode::write, 1), theirs(":memory:", Connection::Mode::write, 1);
  ours.execute(schema_sql());
  theirs.execute(read_file(promise));
  const auto have = tables_of(ours);
  for (const auto& [name, columns] : tables_of(theirs)) {
    ASSERT_TRUE(have.contains(name)) << name;
    for (const auto& [column, type] : columns) {
      ASSERT_TRUE(have.at(name).contains(column)) << name << " lacks " << column;
      EXPECT_EQ(have.at(name).at(column), type) << name << "." << column;
    }
  }
}

TEST(Schema, EveryTableIsStrict) {
  TempFolder folder;
  const auto store = Store::open_to_write(folder / "r.db");
  EXPECT_TRUE(store
                  ->select("SELECT name FROM pragma_table_list WHERE schema='main' AND type='table' AND name NOT LIKE 'sqlite%' "
                           "AND strict=0")
                  .empty());
}

TEST(Schema, TheSpreadOverSeedsDoesNotCancel) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells({64}, {0, 1, 2, 3, 4}));
  sweep.finish_all([](const Store::CellState& cell) {
    AttemptResult result = timed({{0.1}});
    result.metrics = {{.name = "ppl", .better = "lower", .value = 1e9 + static_cast<double>(cell.seed)}};
    return result;
  });
  const OrderedJson row = sweep.store->select("SELECT n, mean, sd FROM v_seed").at(0);
  EXPECT_EQ(row["n"], 5);
  EXPECT_NEAR(row["sd"].get<double>(), 1.5811388300841898, 1e-9);
}

TEST(Schema, AnEditedGridDoesNotCountItsReusedSeedsTwice) {
  TempFolder folder;
  Sweep first(folder / "r.db", some_cells({64}, {0, 1})), edited(folder / "r.db", some_cells({64}, {0, 1, 2}));
  first.finish_all([](const auto&) { return timed({{0.1}}); });
  ASSERT_EQ(edited.store->reuse(edited.id, {Reuse::automatic, sha_of(a_build()), sha_of(a_machine())}).cells, 2);
  edited.finish_all([](const auto&) { return timed({{0.1}}); });
  const auto rows = edited.store->select("SELECT sweep, n FROM v_seed WHERE metric='median' ORDER BY sweep_id");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0]["n"], 2);
  EXPECT_EQ(rows[1]["n"], 3) << "both are named " << rows[1]["sweep"];
}

/// Processor seconds: other programs on the machine do not count.
double seconds_of(const std::function<void()>& action) {
  const std::clock_t begin = std::clock();
  action();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

TEST(Schema, LargeSweepsAreFast) {
  TempFolder folder;
  std::vector<std::int64_t> lengths, seeds;
  for (std::int64_t i = 1; i <= 4000; ++i) lengths.push_back(i);
  for (std::int64_t i = 0; i < 25; ++i) seeds.push_back(i);
  const std::vector<CellRow> cells = some_cells(lengths, seeds);
  std::unique_ptr<Sweep> sweep;
  const double storing = seconds_of([&] { sweep = std::make_unique<Sweep>(folder / "r.db", cells); });
  EXPECT_LT(storing, 10.0) << "100,000 cells";
  const double finishing =
      seconds_of([&] { ASSERT_TRUE(sweep->store->finish(*sweep->claim(1), "me", timed({std::vector<double>(100'000, 0.001)}))); });
  EXPECT_LT(finishing, 2.0) << "100,000 samples in one result: 50,000 rows a second";
  RecordProperty("storing_s", std::to_string(storing));
  std::printf("100,000 cells stored in %.2f s; 100,000 samples in %.2f s\n", storing, finishing);
}

}  // namespace
}  // namespace synthbench
