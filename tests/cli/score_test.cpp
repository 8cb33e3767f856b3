// score, ls metrics and selftest metrics, from outside.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/base/json.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

TEST(Score, PrintsOneElementForEachMetricInTheOrderAsked) {
  const Place synthbench;
  const std::string hypotheses = synthbench.write("hyp.txt", "the cat sat on the mat\r\na dog"),
                    references = synthbench.write("ref.txt", "the cat sat on a mat\na dog\n");
  const Done done = synthbench({"score", "--metric", "rougeL,bleu", "-r", references, hypotheses, "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const Json rows = Json::parse(done.out);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("metric"), "rougeL");
  EXPECT_EQ(rows[1].at("metric"), "bleu");
  EXPECT_EQ(rows[1].at("n"), 2);
  EXPECT_EQ(rows[1].at("signature").get<std::string>().rfind("bleu|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|v:", 0), 0u);
  EXPECT_NEAR(rows[0].at("value").get<double>(), (5.0 / 6 + 1) / 2, 1e-12);
}

TEST(Score, ComparesSystemsWithAPairedTest) {
  const Place synthbench;
  std::string good, bad, gold;
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    gold += "line " + n + " of the reference text\n";
    good += "line " + n + " of the reference text\n";
    bad += "row " + n + " in a text\n";
  }
  const std::vector<std::string> files = {"-r", synthbench.write("ref", gold), synthbench.write("bad", bad),
                                          synthbench.write("good", good)};
  for (const std::string test : {"--paired-bs", "--paired-ar"}) {
    std::vector<std::string> words = {"score", "--metric", "chrf", test, "-o", "json"};
    words.insert(words.end(), files.begin(), files.end());
    const Done done = synthbench(words);
    ASSERT_EQ(done.code, 0) << done.err;
    const Json rows = Json::parse(done.out);
    EXPECT_TRUE(rows[0].at("p").is_null()) << "the baseline";
    EXPECT_LT(rows[1].at("p").get<double>(), 0.01);
    EXPECT_EQ(rows[1].at("value"), 100);
  }
}

TEST(Score, RefusesInOneLineAndPrintsNothing) {
  const Place synthbench;
  const std::string two = synthbench.write("two", "1\n2\n"), three = synthbench.write("three", "1\n2\n3\n"),
                    hidden = synthbench.write("hidden", "-1\n-1\n");
  const std::string broken = synthbench.write("broken", "a\n\xff\n");
  for (const auto& [words, why] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"score", "--metric", "bleu", "-r", three, two}, "3 lines"},
           {{"score", "--metric", "blue", "-r", two, two}, "bleu"},
           {{"score", "--metric", "accuracy", "-r", hidden, two}, "hidden"},
           {{"score", "--metric", "bleu", "-r", two, broken}, "broken:2"},
           {{"score", "--metric", "bleu", "-r", two, "absent"}, "absent"},
           {{"score", "--metric", "bleu", two}, "-r FILE"},
           {{"score", "-r", two, two}, "--metric"},
           {{"score", "--metric", "bleu", "--tokenize", "13", "-r", two, two}, "13a"},
           {{"score", "--metric", "bleu", "--smooth-value", "x", "-r", two, two}, "not a number"},
           {{"score", "--metric", "pearson", "--paired-bs", "-r", two, two, two}, "no sum over segments"},
           {{"score", "--metric", "bleu", "--paired-bs", "-r", two, two}, "two files"},
           {{"score", "--average", "glue", two}, "TASK.METRIC"}}) {
    const Done done = synthbench(words);
    EXPECT_EQ(done.code, 2) << done.err;
    EXPECT_EQ(done.out, "");
    EXPECT_EQ(std::ranges::count(done.err, '\n'), 1) << done.err;
    EXPECT_NE(done.err.find(why), std::string::npos) << done.err;
  }
  const std::string empty = synthbench.write("empty", "");
  EXPECT_EQ(synthbench({"score", "--metric", "bleu", "-r", empty, empty}).code, 5);
}

/// Makes a1, to which scores are added.
Done an_attempt(const Place& synthbench) {
  return synthbench(
      {"bench", "-l", "16", "-r", "2", "--launches", "1", "--threads", "1", "--batch", "1", "--heads", "1", "--d-model", "16", "-q"});
}

TEST(Score, StoresValuesAndSegmentsOfAnAttempt) {
  const Place synthbench;
  ASSERT_EQ(an_attempt(synthbench).code, 0);
  const std::string gold = synthbench.write("gold", "a cat sat on the mat\na dog\nno\n"),
                    found = synthbench.write("found", "a cat sat on a mat\na dog\nyes\n");
  const std::vector<std::string> words = {"score", "--metric", "bleu,rougeL", "-r", gold, found, "-o", "json"};
  std::vector<std::string> storing = words;
  storing.insert(storing.end(), {"--store", "a1", "--split", "valid"});
  const Done done = synthbench(storing);
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.out, synthbench(words).out) << "what is printed is the same";
  EXPECT_EQ(synthbench(storing).code, 0) << "twice is once";
  const auto query = [&](const std::string& sql) { return Json::parse(synthbench({"query", "--sql", sql, "-o", "json"}).out); };
  const Json values = query(
      "SELECT name, signature, split, step, value, n, better FROM metric JOIN metric_def USING(metric_id) WHERE name IN ('bleu','rougeL') "
      "ORDER BY name");
  ASSERT_EQ(values.size(), 2u);
  const Json rows = Json::parse(done.out);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(values[k]["name"], rows[k]["metric"]);
    EXPECT_EQ(values[k]["signature"], rows[k]["signature"]);
    EXPECT_EQ(values[k]["value"], rows[k]["value"]);
    EXPECT_EQ(values[k]["n"], 3);
    EXPECT_EQ(values[k]["split"], "valid");
    EXPECT_EQ(values[k]["better"], "higher");
  }
  std::vector<std::string> sentences = words;
  sentences.push_back("--sentence-level");
  Json expected = Json::array();
  for (const Json& row : Json::parse(synthbench(sentences).out))
    expected.push_back({row["metric"], row["signature"], row["segment"], row["value"]});
  Json stored = Json::array();
  for (const Json& row : query("SELECT name, signature, example, value FROM example_score JOIN metric_def USING(metric_id) "
                               "WHERE attempt_id=1 AND split='valid' ORDER BY name, example")) {
    stored.push_back({row["name"], row["signature"], row["example"], row["value"]});
  }
  EXPECT_EQ(stored.size(), 6u);
  EXPECT_EQ(stored, expected);
}

TEST(Score, StoresOnlyWhatItCanAndSaysWhyNot) {
  const Place synthbench;
  const std::string two = synthbench.write("two", "1\n2\n");
  for (const auto& [words, why] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{{{"--store", "a1", two}, "synthbench.db"},
                                                                     {{"--store", "c1", two}, "'c1' is no attempt"},
                                                                     {{"--store", "a1", two, two}, "one file"},
                                                                     {{"--store", "a1", "--sentence-level", two}, "--sentence-level"},
                                                                     {{"--store", "a1", "--split", "dev", two}, "dev"},
                                                                     {{"--split", "test", two}, "--store ATTEMPT"}}) {
    std::vector<std::string> call = {"score", "--metric", "accuracy", "-r", two};
    call.insert(call.end(), words.begin(), words.end());
    const Done done = synthbench(call);
    EXPECT_EQ(done.code, 2) << done.err;
    EXPECT_EQ(done.out, "");
    EXPECT_EQ(std::ranges::count(done.err, '\n'), 1) << done.err;
    EXPECT_NE(done.err.find(why), std::string::npos) << done.err;
  }
  EXPECT_EQ(synthbench.files(), std::vector<std::string>{"two"}) << "no database is made";
}

TEST(Score, PerplexitiesOfTwoUnitsAreKeptBesideEachOther) {
  const Place synthbench;
  ASSERT_EQ(an_attempt(synthbench).code, 0);
  const std::string losses = synthbench.write("losses", "6\n3\n"), tokens = synthbench.write("tokens", "4\n2\n"),
                    words = synthbench.write("words", "2\n1\n");
  const Done by_token = synthbench({"score", "--metric", "perplexity", "-r", tokens, losses, "--store", "a1", "-o", "json"});
  const Done by_word =
      synthbench({"score", "--metric", "perplexity", "--unit", "word", "-r", words, losses, "--store", "a1", "-o", "json"});
  ASSERT_EQ(by_token.code, 0) << by_token.err;
  ASSERT_EQ(by_word.code, 0) << by_word.err;
  EXPECT_EQ(Json::parse(by_word.out)[0].at("n"), 3) << "words";
  const Json kept = Json::parse(synthbench({"query", "--sql",
                                            "SELECT n, signature FROM metric JOIN metric_def USING(metric_id) WHERE name = 'perplexity' "
                                            "ORDER BY n",
                                            "-o", "json"})
                                    .out);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_NE(kept[0]["signature"].get<std::string>().find("|unit:word|"), std::string::npos);
  EXPECT_NE(kept[1]["signature"].get<std::string>().find("|unit:token|"), std::string::npos);
  EXPECT_EQ(synthbench({"score", "--metric", "perplexity", "--unit", "words", "-r", words, losses}).code, 2);
}

TEST(Score, AnAverageComesWithItsRule) {
  const Place synthbench;
  std::string scores;
  for (const char* score :
       {"cola.matthews 50", "sst2.accuracy 90", "mrpc.f1 90", "mrpc.accuracy 80", "stsb.pearson 88", "stsb.spearman 86", "qqp.f1 70",
        "qqp.accuracy 90", "mnli.matched 80", "mnli.mismatched 82", "qnli.accuracy 90", "rte.accuracy 60"}) {
    scores += std::string(score) + "\n";
  }
  const Done done = synthbench({"score", "--average", "glue", synthbench.write("scores", scores), "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.err.find("glue: mean over 8 tasks of each task's mean: cola (matthews), "), std::string::npos) << done.err;
  EXPECT_NE(done.err.find("mrpc (f1, accuracy)"), std::string::npos) << done.err;
  const Json row = Json::parse(done.out).at(0);
  EXPECT_NEAR(row.at("value").get<double>(), (50 + 90 + 85 + 87 + 80 + 81 + 90 + 60) / 8.0, 1e-12);
  EXPECT_EQ(row.at("n"), 8);
  EXPECT_NE(row.at("signature").get<std::string>().find("avg:mean-of-task-means"), std::string::npos);
}

TEST(Score, AnUndefinedValueIsNull) {
  const Place synthbench;
  const Done done =
      synthbench({"score", "--metric", "spearman", "-r", synthbench.write("r", "1\n2\n"), synthbench.write("h", "3\n3\n"), "-o", "json"});
  EXPECT_EQ(done.code, 0);
  EXPECT_TRUE(Json::parse(done.out)[0].at("value").is_null()) << done.out;
}

TEST(Score, MetricsAreListedWithoutADatabase) {
  const Place synthbench;
  const Done done = synthbench({"ls", "metrics", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  std::vector<std::string> names;
  for (const Json& row : Json::parse(done.out)) names.push_back(row.at("name"));
  for (const std::string name : {"bleu", "chrf++", "ter", "rougeLsum", "cider-d", "meteor-wordnet", "multirc_f1a", "record_em"}) {
    EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
  }
  EXPECT_TRUE(synthbench.files().empty()) << "a list makes no file";
}

TEST(Selftest, OfMetricsPasses) {
  const Place synthbench;
  const Done done = synthbench({"selftest", "metrics", "-o", "jsonl"});
  EXPECT_EQ(done.code, 0) << done.out;
  EXPECT_EQ(done.out.find("\"passed\":false"), std::string::npos);
}

}  // namespace
}  // namespace synthbench
