// Export and import: nothing is lost, nothing is half done.
#include "results/exchange.h"

#include <cmath>
#include <fstream>
#include <limits>

#include "results/row_json.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

/// As harness/config_row.h, for configs of fixtures.h: what is no variant here is refused.
CellRow read_config(const Json& config) {
  if (config.at("variant") == "vanila") throw UserError("config: variant: unknown variant 'vanila'");
  CellRow row;
  row.config = config;
  row.config_sha = sha256(config.dump());
  return row;
}

std::string exported(Store& store) {
  std::string text;
  LineReader lines(store, std::nullopt);
  while (const auto line = lines.next()) text += to_json(*line).dump() + "\n";
  return text;
}

std::string write(const TempFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name, std::ios::binary) << text;
  return folder / name;
}

Store::Imported import_into(const std::string& database, const std::string& file) {
  std::unique_ptr<Store> store;
  const auto open = [&]() -> Store& { return *(store = Store::open_to_write(database)); };
  return import_file(file, open, read_config);
}

/// Two finished cells, one crashed and one pending; one of the finished ones was opened again and crashed then.
class Exchange : public ::testing::Test {
 protected:
  Exchange() : sweep(folder / "from.db", cells()) {
    sweep.finish_all([](const Store::CellState& cell) {
      if (cell.seed == 1 && cell.config["seq_len"] == 64) return ended("crashed", "SIGSEGV");
      AttemptResult result = timed({{1e-3, 1.1e-3}, {1.2e-3}});
      MetricRow bad{.name = "loss", .unit = "nats", .better = "lower", .split = "valid"};
      bad.step = 200;
      bad.value = std::numeric_limits<double>::quiet_NaN();
      result.metrics.push_back(bad);
      result.artifacts.push_back({"hypotheses", "a/b.txt", "00ff", 12});
      result.examples = {{"loss", "", "valid", 2, 1.5}, {"bleu", "eff:yes", "test", 1, 100.0 / 3}};
      result.volatile_facts = {{"load", 0.5}};
      return result;
    });
  }
  static std::vector<CellRow> cells() {
    std::vector<CellRow> out = some_cells();
    out.push_back(a_cell({{"seq_len", 9999}}, 0, 5));
    out.back().state = "excluded";
    out.back().reason = "too long";
    return out;
  }

  TempFolder folder;
  Sweep sweep;
};

TEST_F(Exchange, ARoundTripIsEqual) {
  sweep.store->reopen(sweep.id, {"crashed"});
  const std::string before = exported(*sweep.store);
  const auto counts = import_into(folder / "to.db", write(folder, "lines.jsonl", before));
  EXPECT_EQ(counts.attempts, 4);
  EXPECT_EQ(counts.cells, 5);
  const auto copy = Store::open_to_read(folder / "to.db");
  EXPECT_EQ(exported(*copy), before) << "also of a crashed cell that waits to be tried again";
  const std::string view =
      "SELECT sweep, seq_len, seed, state, reason, metric, split, step, value, value_kind FROM v_result ORDER BY 1, 2, 3, 6, 8";
  EXPECT_EQ(Json(copy->select(view)), Json(sweep.store->select(view)));
  expect_healthy(*copy);
}

TEST_F(Exchange, ImportingTwiceIsImportingOnce) {
  const std::string before = exported(*sweep.store), file = write(folder, "lines.jsonl", before);
  import_into(folder / "to.db", file);
  const auto again = import_into(folder / "to.db", file);
  EXPECT_EQ(again.attempts, 0);
  EXPECT_EQ(again.known, 4);
  EXPECT_EQ(exported(*Store::open_to_read(folder / "to.db")), before);
}

TEST_F(Exchange, OfTwoMeasurementsOfACellTheOrderOfImportingDecidesNothing) {
  const std::string one = exported(*sweep.store);
  std::string two;
  LineReader lines(*sweep.store, std::nullopt);
  while (auto line = lines.next()) {
    if (line->uid.empty()) continue;
    line->uid = sha256(line->uid);
    line->ended_at = "2031-01-01T00:00:00.000Z";
    two += to_json(*line).dump() + "\n";
  }
  const std::string a = write(folder, "a.jsonl", one), b = write(folder, "b.jsonl", two);
  import_into(folder / "ab.db", a);
  import_into(folder / "ab.db", b);
  import_into(folder / "ba.db", b);
  import_into(folder / "ba.db", a);
  const auto ab = Store::open_to_read(folder / "ab.db"), ba = Store::open_to_read(folder / "ba.db");
  const std::string result =
      "SELECT config_id, seed, a.attempt_uid, ce.state, ce.attempts FROM cell ce LEFT JOIN attempt a ON a.attempt_id=ce.result_attempt_id "
      "JOIN config USING(config_id) ORDER BY config_sha, seed";
  const auto rows = ab->select(result);
  EXPECT_EQ(rows.size(), 5u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i]["attempt_uid"], ba->select(result).at(i)["attempt_uid"]);
    EXPECT_EQ(rows[i]["attempts"], ba->select(result).at(i)["attempts"]);
  }
  EXPECT_EQ(count(*ab, "SELECT count(*) FROM attempt"), 8) << "both measurements are kept";
  expect_healthy(*ab);
}

TEST_F(Exchange, AReusedCellFindsItsResultAgain) {
  Sweep other(folder / "from.db", some_cells({64}, {0}), "other");
  ASSERT_EQ(other.store->reuse(other.id, {Reuse::automatic, sha_of(a_build()), sha_of(a_machine()), Json::object()}).cells, 1);
  const std::string before = exported(*sweep.store);
  import_into(folder / "to.db", write(folder, "lines.jsonl", before));
  const auto copy = Store::open_to_read(folder / "to.db");
  EXPECT_EQ(count(*copy, "SELECT count(*) FROM cell WHERE state='reused' AND result_attempt_id IS NOT NULL"), 1);
  EXPECT_EQ(exported(*copy), before);
}

TEST_F(Exchange, AMalformedLineIsNamedAndNothingOfItsFileIsImported) {
  std::vector<Json> lines;
  LineReader reader(*sweep.store, std::nullopt);
  while (const auto line = reader.next()) lines.push_back(Json::parse(to_json(*line).dump()));
  const auto spoilt = [&](const std::function<void(Json&)>& spoil) {
    Json bad = lines.at(0);
    spoil(bad);
    return lines.at(3).dump() + "\n" + bad.dump() + "\n";
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{\"uid\": 3", "not JSON"},
      {"[1, 2]", "object"},
      {spoilt([](Json& line) { line.erase("uid"); }), "uid"},
      {spoilt([](Json& line) { line["state"] = "splendid"; }), "splendid"},
      {spoilt([](Json& line) { line["seed"] = "three"; }), "seed"},
      {spoilt([](Json& line) { line["config"]["variant"] = "vanila"; }), "vanila"},
      {spoilt([](Json& line) { line["samples"][0]["total_ns"] = -5; }), "total_ns"},
      {spoilt([](Json& line) { line["samples"][0]["phase"] = "later"; }), "phase"},
      {spoilt([](Json& line) { line["samples"].push_back(line["samples"][0]); }), "twice"},
      {spoilt([](Json& line) { line["metrics"]["median"]["value"] = "fast"; }), "fast"},
      {spoilt([](Json& line) { line["samples"][0]["total_ns"] = 1.5; }), "total_ns is 1.5, not a whole number"},
      {spoilt([](Json& line) { line["samples"][0]["round"] = true; }), "round is true, not a whole number"},
      {spoilt([](Json& line) { line["samples"][0]["idx"] = std::uint64_t{1} << 63; }), "idx is 9223372036854775808, not a whole number"},
      {spoilt([](Json& line) { line["samples"][0]["sm_mhz"] = 1e300; }), "sm_mhz is 1e+300, not a whole number"},
      {spoilt([](Json& line) { line["metrics"]["median"]["n"] = 2.5; }), "n is 2.5, not a whole number"},
      {spoilt([](Json& line) { line["metrics"]["median"]["ci_lo"] = true; }), "boolean"},
      {spoilt([](Json& line) { line["checks"][0]["tol"] = "nan"; }), "tol is a number"},
      {spoilt([](Json& line) { line["build"] = nullptr; }), "build"},
      {spoilt([](Json& line) { line["env"].erase("cpu"); }), "cpu"},
  };
  for (const auto& [text, word] : cases) {
    const std::string file = write(folder, "bad.jsonl", text);
    const std::string error = user_error([&] { import_into(folder / "to.db", file); });
    EXPECT_TRUE(has(error, "bad.jsonl:") && has(error, word)) << error;
    if (text.find('\n') != std::string::npos) {
      EXPECT_TRUE(has(error, "bad.jsonl:2: ")) << error;
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "to.db")) << "no database is made for " << word;
  }
}

TEST_F(Exchange, MergingTwiceIsMergingOnce) {
  const std::string from = folder / "from.db";
  const auto to = Store::open_to_write(folder / "to.db");
  EXPECT_EQ(merge_files(*to, {from, from}).attempts, 4);
  EXPECT_EQ(exported(*to), exported(*sweep.store));
  EXPECT_EQ(count(*to, "SELECT count(*) FROM config WHERE params=4096 AND flops=123456"), 3) << "counts come along";
  EXPECT_TRUE(has(user_error([&] { merge_files(*to, {from, folder / "absent.db"}); }), "absent.db"));
}

TEST_F(Exchange, AnEmptyFileImportsNothing) {
  EXPECT_THROW(import_into(folder / "to.db", write(folder, "empty.jsonl", "\n")), NothingDone);
  EXPECT_TRUE(has(user_error([&] { import_into(folder / "to.db", folder / "absent.jsonl"); }), "absent.jsonl"));
}

TEST(RowJson, AnIntervalWithoutAnEndAndAnAbsentClockComeBack) {
  MetricRow row{.name = "ratio", .unit = "1", .better = "none"};
  row.ci_lo = -std::numeric_limits<double>::infinity();
  row.ci_hi = std::numeric_limits<double>::infinity();
  const MetricRow back = metric_row(Json::parse(row_json(row).dump()));
  EXPECT_EQ(back.ci_lo, row.ci_lo);
  EXPECT_EQ(back.ci_hi, row.ci_hi);
  Json sample = row_json(SampleRow{.phase = "measure", .cache = "hot", .clock = "wall"});
  sample["sm_mhz"] = nullptr;
  EXPECT_FALSE(sample_row(sample).sm_mhz.has_value());
}

TEST(CellEnd, AFinishedAttemptBeatsALaterCrashAndInterruptsLeaveTheCellPending) {
  const AttemptEnd done{1, "aa", "done", "", "2026-01-01"}, later{2, "bb", "done", "", "2026-01-03"};
  const AttemptEnd crashed{3, "cc", "crashed", "SIGSEGV", "2026-01-04"}, stopped{4, "dd", "abandoned", "interrupted", "2026-01-05"};
  EXPECT_EQ(end_of({done, crashed, later, stopped}).attempt, 2);
  EXPECT_EQ(end_of({later, stopped, done, crashed}).attempt, 2);
  EXPECT_EQ(end_of({stopped, crashed}).state, "crashed");
  EXPECT_EQ(end_of({stopped}).state, "pending");
  EXPECT_EQ(end_of({}).state, "pending");
}

}  // namespace
}  // namespace synthbench
