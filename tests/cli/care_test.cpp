// The database as a file, and words and removals in it, as a user calls it.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/json.h"
#include "tests/cli/grids.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

/// One sweep of four cells; each test has a database of its own.
class Care : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place = new Place;
    const std::string grid = place->write("grid.toml", kTinyGrid);
    first = (*place)({"run", grid, "--db", "made.db"});
  }
  static void TearDownTestSuite() { delete place; }
  void SetUp() override {
    ASSERT_EQ(first.code, 0) << first.err;
    for (const auto& entry : std::filesystem::directory_iterator(place->folder())) {
      if (entry.path().filename().string().starts_with("r.db")) std::filesystem::remove_all(entry.path());
    }
    ASSERT_EQ(call({"db", "backup", "r.db", "--db", "made.db"}).code, 0);
  }

  static Done call(std::vector<std::string> arguments) { return (*place)(arguments, {{"SYNTHBENCH_DB", "r.db"}}); }
  static Json rows_of(const std::vector<std::string>& arguments) {
    std::vector<std::string> words = arguments;
    words.insert(words.end(), {"-o", "json"});
    const Done done = call(words);
    EXPECT_EQ(done.code, 0) << done.err;
    return Json::parse(done.out, nullptr, false);
  }
  static void make_file(const std::string& name) {
    std::filesystem::create_directories((place->folder() / name).parent_path());
    place->write(name, "something");
  }
  static bool there(const std::string& name) { return std::filesystem::exists(place->folder() / name); }

  static inline Place* place = nullptr;
  static inline Done first;
};

TEST_F(Care, TagsAndNotesAreListedAndShown) {
  EXPECT_EQ(call({"tag", "tiny", "draft"}).code, 0);
  EXPECT_EQ(call({"note", "s1", "two\nlines"}).code, 0);
  const Json sweep = rows_of({"ls", "sweeps"}).at(0);
  EXPECT_EQ(sweep["tags"], "draft");
  EXPECT_EQ(sweep["note"], "two\nlines");
  EXPECT_NE(call({"show", "s1"}).out.find("draft"), std::string::npos);
  EXPECT_EQ(refusal_flaw(call({"tag", "s9", "draft"}), {"s9"}), "");
  EXPECT_EQ(call({"tag", "tiny", "draft", "--remove"}).code, 0);
  EXPECT_TRUE(rows_of({"ls", "sweeps"}).at(0)["tags"].is_null());
}

TEST_F(Care, RemovingTakesFilesAlongAndADryRunNothing) {
  const std::string uid = rows_of({"query", "--sql", "SELECT attempt_uid AS uid FROM attempt WHERE cell_id=2"}).at(0)["uid"];
  make_file("r.db.artifacts/c2/checkpoint");
  make_file("r.db.artifacts/c3/checkpoint");
  make_file("r.db.logs/" + uid + ".log");
  const Json dry = rows_of({"rm", "c2", "--dry-run"});
  EXPECT_EQ(dry.at(0)["cells"], 1);
  EXPECT_EQ(dry.at(0)["files"], 2);
  EXPECT_EQ(dry.at(0)["removed"], false);
  EXPECT_TRUE(there("r.db.artifacts/c2"));
  EXPECT_EQ(rows_of({"ls", "cells"}).size(), 4u);
  EXPECT_EQ(rows_of({"rm", "c2"}).at(0)["file_bytes"], 18);
  EXPECT_FALSE(there("r.db.artifacts/c2")) << "its number is given to another cell one day";
  EXPECT_FALSE(there("r.db.logs"));
  EXPECT_TRUE(there("r.db.artifacts/c3"));
  EXPECT_EQ(rows_of({"ls", "cells"}).size(), 3u);
  EXPECT_EQ(refusal_flaw(call({"rm", "c2"}), {"c2"}), "");
}

TEST_F(Care, AnArtifactThatNoAttemptNamesIsGarbageAndACheckpointIsNot) {
  make_file("r.db.artifacts/c2/maps-0123456789ab.safetensors");
  make_file("r.db.artifacts/c2/checkpoint.pt");
  EXPECT_EQ(rows_of({"gc", "--dry-run"}).at(0)["files"], 1);
  EXPECT_EQ(rows_of({"gc"}).at(0)["file_bytes"], 9);
  EXPECT_FALSE(there("r.db.artifacts/c2/maps-0123456789ab.safetensors"));
  EXPECT_TRUE(there("r.db.artifacts/c2/checkpoint.pt"));
}

TEST_F(Care, GarbageIsOfCellsAndAttemptsThatAreNotThere) {
  const std::string stray = "r.db.logs/0123456789abcdef0123456789abcdef.log";
  make_file(stray);
  make_file("r.db.logs/mine.txt");
  make_file("r.db.artifacts/c99/checkpoint");
  make_file("r.db.artifacts/c1/checkpoint");
  EXPECT_EQ(rows_of({"gc", "--dry-run"}).at(0)["files"], 2);
  EXPECT_TRUE(there(stray));
  EXPECT_EQ(rows_of({"gc"}).at(0)["files"], 2);
  EXPECT_FALSE(there(stray) || there("r.db.artifacts/c99"));
  EXPECT_TRUE(there("r.db.logs/mine.txt") && there("r.db.artifacts/c1")) << "nobody's business, and a cell's";
  EXPECT_EQ(rows_of({"ls", "cells"}).size(), 4u);
}

TEST_F(Care, TheFileIsDescribedCheckedAndPacked) {
  EXPECT_NE(call({"db", "info"}).out.find("r.db"), std::string::npos);
  for (const Json& row : rows_of({"db", "check"})) EXPECT_EQ(row["status"], "ok") << row;
  EXPECT_EQ(call({"db", "vacuum"}).code, 0);
  EXPECT_NE(call({"db", "migrate"}).err.find("already"), std::string::npos);
  EXPECT_EQ(refusal_flaw(call({"db", "backup", "made.db"}), {"made.db", "exists"}), "");
  EXPECT_EQ(refusal_flaw(call({"db", "vacuum", "--db", "none.db"}), {"none.db"}), "");
  EXPECT_FALSE(there("none.db"));
  EXPECT_EQ(refusal_flaw(call({"db", "defrag"}), {"db"}), "");
}

TEST_F(Care, QueriesAreSavedUnderAName) {
  const Done asked = call({"query", "metric = 'median' AND seq_len = 13", "--save", "short", "--doc", "what is short"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  EXPECT_EQ(call({"query", "--saved", "short"}).out, asked.out);
  EXPECT_EQ(rows_of({"ls", "queries"}).at(0)["doc"], "what is short");
  EXPECT_EQ(refusal_flaw(call({"query", "seq_len = 1", "--saved", "short"}), {"one of them"}), "");
  EXPECT_EQ(refusal_flaw(call({"query", "--saved", "shrt"}), {"'short'"}), "");
  EXPECT_EQ(call({"query", "--forget", "short"}).code, 0);
  EXPECT_EQ(refusal_flaw(call({"query", "--saved", "short"}), {"short"}), "");
}

TEST_F(Care, OtherProgramsReadAnExportAsCsvAndSql) {
  const Json rows = rows_of({"query", "--sql", "SELECT * FROM v_result"});
  const std::string csv = call({"export", "-o", "csv"}).out, sql = call({"export", "-o", "sql"}).out;
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')), rows.size() + 1)
      << "a header, and no text with a line break";
  std::size_t inserts = 0;
  for (std::size_t at = sql.find("\nINSERT INTO"); at != std::string::npos; at = sql.find("\nINSERT INTO", at + 1)) ++inserts;
  EXPECT_EQ(inserts, rows.size());
  for (const auto& [column, value] : rows.at(0).items()) {
    EXPECT_NE(csv.substr(0, csv.find('\n')).find(column), std::string::npos) << column;
    EXPECT_NE(sql.substr(0, sql.find('\n')).find('"' + column + '"'), std::string::npos) << column;
  }
}

TEST_F(Care, RowsOfLlamaBenchStandBesideOurs) {
  place->write("llama.json",
               R"([{"build_commit": "8cf427ff", "build_number": 5163, "cpu_info": "Testron 7", "gpu_info": "", "backends": "CPU",
                    "model_filename": "m.gguf", "model_type": "qwen2 7B Q4_K - Medium", "model_n_params": 7615616512, "n_threads": 8,
                    "type_k": "f16", "n_prompt": 512, "n_gen": 0, "test_time": "2026-04-24T11:58:50Z", "avg_ns": 72000000,
                    "samples_ns": [71000000, 73000000]}])");
  ASSERT_EQ(call({"import", "llama.json"}).code, 0);
  const Json rows = rows_of({"query", "sweep = 'llama-bench' AND metric = 'median'"});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_NEAR(rows.at(0)["value"].get<double>(), 0.072, 1e-12);
  EXPECT_EQ(rows.at(0)["params"], 7615616512);
  const auto speeds = [](const char* db) {
    const std::string out = call({"table", "speed", "--db", db}).out;
    return out.substr(0, out.find("- behind a number"));  // names the file
  };
  EXPECT_EQ(speeds("r.db"), speeds("made.db")) << "nothing vouches for it";
  const Done table = call({"table", "speed", "--sweep", "llama-bench"});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_NE(table.out.find("qwen2"), std::string::npos) << table.out;
  EXPECT_EQ(refusal_flaw(call({"repro", "a5"}), {"llama-bench"}), "");
  place->write("again.jsonl", call({"export"}).out);
  const Done again = call({"import", "again.jsonl", "--db", "r.db.copy"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(call({"export", "--db", "r.db.copy"}).out, call({"export"}).out);
}

}  // namespace
}  // namespace synthbench
