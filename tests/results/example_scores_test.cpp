// Scores that are stored when an attempt has long ended.
#include "results/example_scores.h"

#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

class ExampleScores : public testing::Test {
 protected:
  ExampleScores() : sweep(folder / "r.db", some_cells()) {
    sweep.finish_all([](const auto&) { return timed({{1e-3, 2e-3}}); });
  }
  static MetricRow bleu(double value, const std::string& signature = "tok:13a", const std::string& split = "test") {
    MetricRow row{.name = "bleu", .signature = signature, .unit = "0-100", .better = "higher", .split = split};
    row.value = value;
    row.n = 2;
    return row;
  }
  Json scores(const std::string& where = "") {
    return sweep.store->select(
        "SELECT attempt_id, name, signature, unit, better, split, example, value FROM example_score "
        "JOIN metric_def USING(metric_id) " +
        where + " ORDER BY 1, 2, 3, 6, 7");
  }

  TempFolder folder;
  Sweep sweep;
};

TEST_F(ExampleScores, StandBesideTheValueOfTheSplit) {
  const std::int64_t metrics = count(*sweep.store, "SELECT count(*) FROM metric");
  store_scores(*sweep.store, 2, {bleu(30)}, {{"bleu", "eff:yes", "test", 1, 12.5}, {"bleu", "eff:yes", "test", 2, 50}});
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM metric"), metrics + 1) << "what was measured stays";
  EXPECT_EQ(scores(), Json::parse(R"([
    {"attempt_id":2,"name":"bleu","signature":"eff:yes","unit":"0-100","better":"higher","split":"test","example":1,"value":12.5},
    {"attempt_id":2,"name":"bleu","signature":"eff:yes","unit":"0-100","better":"higher","split":"test","example":2,"value":50.0}])"));
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM v_result WHERE metric='bleu' AND value=30 AND attempt_id=2"), 1);
  expect_healthy(*sweep.store);
}

TEST_F(ExampleScores, TakeThePlaceOfEarlierOnesOfTheirMetricSignatureAndSplit) {
  store_scores(*sweep.store, 1, {bleu(30), bleu(31, "tok:none"), bleu(32, "tok:13a", "valid")},
               {{"bleu", "x", "test", 1, 1}, {"bleu", "x", "test", 2, 2}, {"bleu", "x", "valid", 1, 3}, {"bleu", "y", "test", 1, 4}});
  store_scores(*sweep.store, 1, {bleu(40)}, {{"bleu", "x", "test", 1, 5}});
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM v_result WHERE metric='bleu'"), 3);
  EXPECT_EQ(count(*sweep.store, "SELECT value FROM v_result WHERE metric='bleu' AND signature='tok:13a' AND split='test'"), 40);
  EXPECT_EQ(scores("WHERE split='test' AND signature='x'").size(), 1u);
  EXPECT_EQ(scores("WHERE split='test' AND signature='x'")[0]["value"], 5);
  EXPECT_EQ(scores("WHERE split='valid' OR signature='y'").size(), 2u);
}

TEST_F(ExampleScores, GoWithTheirAttempt) {
  store_scores(*sweep.store, 1, {bleu(30)}, {{"bleu", "x", "test", 1, 1}});
  EXPECT_TRUE(has(user_error([&] { store_scores(*sweep.store, 99, {bleu(1)}, {}); }), "no attempt a99"));
  sweep.store->reopen(sweep.id, {});
  const auto claimed = sweep.claim(1);
  ASSERT_TRUE(claimed);
  const std::string error = user_error([&] { store_scores(*sweep.store, claimed->attempt_id, {bleu(1)}, {{"bleu", "x", "test", 1, 1}}); });
  EXPECT_TRUE(has(error, "still running")) << error;
  EXPECT_EQ(scores().size(), 1u) << "a refusal changes nothing";
}

TEST_F(ExampleScores, AMetricHasOneUnitAndOneDirection) {
  MetricRow silent = bleu(20);
  silent.unit = "";
  silent.better = "none";
  store_scores(*sweep.store, 1, {silent}, {});
  store_scores(*sweep.store, 2, {bleu(21)}, {});
  store_scores(*sweep.store, 3, {silent}, {});
  const auto defined = [&] { return Json(sweep.store->select("SELECT unit, better FROM metric_def WHERE name='bleu'")).dump(); };
  EXPECT_EQ(defined(), R"([{"better":"higher","unit":"0-100"}])") << "whoever says it first";
  MetricRow share = bleu(0.2);
  share.unit = "0-1";
  EXPECT_TRUE(has(user_error([&] { store_scores(*sweep.store, 4, {share}, {}); }), "'bleu' is '0-100' in the database, not '0-1'"));
  MetricRow lower = bleu(20);
  lower.better = "lower";
  EXPECT_TRUE(has(user_error([&] { store_scores(*sweep.store, 4, {lower}, {}); }), "'higher' in the database, not 'lower'"));
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM metric JOIN metric_def USING(metric_id) WHERE name='bleu' AND attempt_id=4"), 0);
}

}  // namespace
}  // namespace synthbench
