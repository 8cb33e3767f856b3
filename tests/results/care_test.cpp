// Looking after the file: facts, checks, copies, packing.
#include "results/care.h"

#include <fstream>
#include <map>

#include "results/sqlite.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

std::string status_of(const std::vector<Finding>& findings, const std::string& check) {
  for (const Finding& found : findings) {
    if (found.check == check) return found.status;
  }
  return "absent";
}

class Care : public testing::Test {
 protected:
  Care() : sweep(path, some_cells()) {
    std::ofstream(folder / "kept.txt") << "twelve bytes";
    sweep.finish_all([](const auto&) {
      AttemptResult result = timed({{1e-3, 2e-3}});
      result.artifacts = {{"hypotheses", "kept.txt", sha256("twelve bytes"), 12}};
      return result;
    });
  }
  void change(const std::string& sql) const { Connection(path, Connection::Mode::write, 1).execute(sql); }
  std::vector<Finding> check() const { return check_database(*sweep.store, folder.path().string()); }

  TempFolder folder;
  std::string path = folder / "r.db";
  Sweep sweep;
};

TEST_F(Care, FactsCountWhatIsThere) {
  std::map<std::string, OrderedJson> facts;
  for (const OrderedJson& row : facts_of_file(*sweep.store).rows) facts[row["fact"].get<std::string>()] = row["value"];
  EXPECT_EQ(facts.at("file"), path);
  EXPECT_EQ(facts.at("schema_version"), facts.at("newest_version"));
  EXPECT_EQ(facts.at("cells"), 4);
  EXPECT_EQ(facts.at("cells_done"), 4);
  EXPECT_EQ(facts.at("sample_rows"), 8);
  EXPECT_GT(facts.at("bytes").get<int>(), 4096);
}

TEST_F(Care, ASoundDatabaseHasNothingToReport) {
  for (const Finding& found : check()) EXPECT_EQ(found.status, "ok") << found.check << ": " << found.detail;
}

TEST_F(Care, AResultOfAnotherCellIsFound) {
  change("UPDATE cell SET result_attempt_id=(SELECT result_attempt_id FROM cell WHERE cell_id=3) WHERE cell_id=1");
  EXPECT_EQ(status_of(check(), "results"), "fail");
  EXPECT_EQ(status_of(check(), "references"), "ok");
}

TEST_F(Care, AConfigThatWasEditedIsFoundByItsHash) {
  change("UPDATE config SET canon_json=json_set(canon_json, '$.seq_len', 65) WHERE config_id=1");
  EXPECT_EQ(status_of(check(), "hashes"), "fail");
}

TEST_F(Care, ARowThatNamesAnAbsentOneIsFound) {
  change("PRAGMA foreign_keys=OFF; DELETE FROM env");
  EXPECT_EQ(status_of(check(), "references"), "fail");
}

TEST_F(Care, ArtifactsAreKnownByTheirHash) {
  std::ofstream(folder / "kept.txt") << "twelve BYTES";
  EXPECT_EQ(status_of(check(), "artifacts"), "fail") << "of the same length";
  std::filesystem::remove(folder / "kept.txt");
  EXPECT_EQ(status_of(check(), "artifacts"), "warn") << "it may lie beside the database that it came from";
}

TEST_F(Care, ABackupIsTheDatabaseAndIsNeverOverwritten) {
  back_up(*Store::open_to_read(path), folder / "copy.db");
  const auto copy = Store::open_to_read(folder / "copy.db");
  expect_healthy(*copy);
  EXPECT_EQ(count(*copy, "PRAGMA application_id"), 0x53594E42);
  EXPECT_EQ(Json(copy->select("SELECT * FROM v_result")), Json(sweep.store->select("SELECT * FROM v_result")));
  EXPECT_TRUE(has(user_error([&] { back_up(*sweep.store, folder / "copy.db"); }), "copy.db exists already"));
  EXPECT_TRUE(has(user_error([&] { back_up(*sweep.store, folder / "nowhere/copy.db"); }), "nowhere"));
  for (const std::string& name : folder.names()) EXPECT_FALSE(has(name, ".part")) << name;
}

TEST_F(Care, VacuumGivesSpaceBackAndKeepsEveryRow) {
  AttemptResult large = timed({std::vector<double>(20'000, 1e-3)});
  Sweep other(path, some_cells({256}, {7}), "large");
  other.finish_all([&](const auto&) { return large; });
  change("DELETE FROM sample WHERE attempt_id=5");
  sweep.store->checkpoint();
  const auto before = std::filesystem::file_size(path);
  const Json rows = sweep.store->select("SELECT * FROM v_result");
  vacuum(*sweep.store);
  EXPECT_LT(std::filesystem::file_size(path), before / 2);
  EXPECT_EQ(Json(sweep.store->select("SELECT * FROM v_result")), rows);
  expect_healthy(*sweep.store);
}

}  // namespace
}  // namespace synthbench
