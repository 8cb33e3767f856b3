#include "tasks/metrics/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "tasks/metrics/lcs.h"
#include "tasks/metrics/ngrams.h"
#include "tasks/metrics/numpy_random.h"
#include "tasks/metrics/paired_test.h"
#include "tasks/metrics/segments.h"
#include "tasks/metrics/suite_average.h"
#include "tasks/metrics/wordnet.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Segments, AreLinesWhateverTheirEnds) {
  EXPECT_EQ(segments_of("a\r\nb\n\nc", "x.txt"), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(segments_of("a\n", "x.txt").size(), 1u);
  EXPECT_TRUE(segments_of("", "x.txt").empty());
  for (const char* path : {"x.jsonl", "x.jsonl.gz", "x.jsonl.xz", "x.jsonl.zst"}) {
    EXPECT_EQ(segments_of("\"a\\nb\"\n\"\"\n", path), (std::vector<std::string>{"a\nb", ""})) << path;
  }
}

TEST(Segments, ARefusalNamesFileAndLine) {
  EXPECT_EQ(refusal([] { segments_of("a\nb\xff\n", "x.txt"); }), "x.txt:2: byte 2 (0xff) is not UTF-8");
  EXPECT_EQ(refusal([] { segments_of("\"a\"\n{}\n", "x.jsonl"); }), "x.jsonl:2: not a JSON string, as a .jsonl file holds one a line");
  EXPECT_NE(refusal([] { segments_of("\"\\ud800\"\n", "x.jsonl"); }), "");
  EXPECT_EQ(refusal([] { read_segments("not-there.txt"); }), "cannot read not-there.txt: no such file");
}

TEST(Metric, FilesOfUnequalLengthAreRefusedWithBothCounts) {
  const ScratchFolder folder;
  write_file(folder / "h", "a\nb\n");
  write_file(folder / "r", "a\n");
  const std::string why = refusal([&] { read_texts(folder / "h", {folder / "r"}); });
  EXPECT_NE(why.find("has 1 lines"), std::string::npos) << why;
  EXPECT_NE(why.find("has 2"), std::string::npos) << why;
  EXPECT_THROW(score("bleu", {{}, {{}}}), NothingDone);
  EXPECT_NE(refusal([] { score("bleu", {{"a"}, {{"a", "b"}}}); }), "");
  EXPECT_NE(refusal([] { score("blue", {{"a"}, {{"a"}}}); }).find("bleu"), std::string::npos);
}

TEST(Metric, TheSignatureSaysWhatWasChosen) {
  const MetricTexts texts{{"a b c d e"}, {{"a b c d e"}, {"a b"}}};
  EXPECT_EQ(score("bleu", texts).signature.substr(0, 55), "bleu|nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp|v:syn");
  EXPECT_NE(score("bleu", texts, {.tokenize = "char", .smooth_method = "floor"}).signature.find("tok:char|smooth:floor[0.10]"),
            std::string::npos);
  EXPECT_NE(score("rouge1", texts, {.stem = true}).signature, score("rouge1", texts).signature);
}

TEST(Metric, HiddenLabelsAreRefused) {
  for (const std::string metric : {"accuracy", "f1", "macro_f1", "matthews"}) {
    EXPECT_EQ(refusal([&] {
                score(metric, {{"0", "1"}, {{"1", "-1"}}});
              }),
              "line 2 of the reference is -1: a hidden test label, which cannot be scored");
  }
  EXPECT_NE(refusal([] { score("multirc_em", {{"q\t0"}, {{"q\t-1"}}}); }).find("hidden"), std::string::npos);
  for (const std::string metric : {"record_em", "record_f1"}) {
    EXPECT_EQ(refusal([&] {
                score(metric, {{"Bob", "Ann"}, {{"Bob\tBobby", "-1"}}});
              }),
              "line 2 of the reference is -1: a hidden test label, which cannot be scored");
  }
  EXPECT_NE(refusal([] { score("pearson", {{"1", "2"}, {{"-1", "-1"}}}); }).find("hidden"), std::string::npos);
  EXPECT_NEAR(*score("pearson", {{"1", "2", "4"}, {{"-1", "0", "2"}}}).value, 1, 1e-12) << "a number may be -1";
  EXPECT_EQ(*score("accuracy", {{"-1", "1"}, {{"0", "1"}}}).value, 0.5) << "a prediction may be what it likes";
}

TEST(Metric, AByteOrderMarkIsNoPartOfALabelANumberOrAnAnswer) {
  const std::string mark = "\xEF\xBB\xBF";
  EXPECT_EQ(*score("accuracy", {{mark + "1", "0"}, {{"1", "0"}}}).value, 1);
  EXPECT_EQ(*score("accuracy", {{"1", "0"}, {{mark + "1", "0"}}}).value, 1);
  EXPECT_NE(refusal([&] { score("accuracy", {{"1"}, {{mark + "-1"}}}); }).find("hidden"), std::string::npos);
  EXPECT_NEAR(*score("pearson", {{mark + "1", "2", "4"}, {{mark + "1", "2", "4"}}}).value, 1, 1e-12);
  EXPECT_EQ(*score("multirc_em", {{mark + "q\t1", "q\t0"}, {{"q\t1", "q\t0"}}}).value, 1);
  EXPECT_EQ(*score("record_em", {{mark + "Bob"}, {{"Bob"}}}).value, 1);
  EXPECT_EQ(task_scores_in({mark + "a.b 1"}, "f").begin()->first, "a.b");
  EXPECT_LT(*score("bleu", {{mark + "a b c d e"}, {{"a b c d e"}}}).value, 100) << "as in sacreBLEU";
}

TEST(Metric, QuestionsOfMultiRcAreNumberedAsTheyComeInTheFile) {
  const MetricTexts texts{{"10\t1", "9\t0", "10\t1", "2\t1"}, {{"10\t1", "9\t1", "10\t1", "2\t1"}}};
  const SegmentSums exact = measure("multirc_em", texts, {}), pooled = measure("multirc_f1a", texts, {});
  ASSERT_EQ(exact.rows.size(), 3u);
  std::vector<double> questions;
  for (std::size_t k = 0; k < 3; ++k) questions.push_back(exact.value_of_sums(exact.rows[k]));
  EXPECT_EQ(questions, (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(pooled.rows[0][0], 2) << "both answers of question 10, which comes first";
}

TEST(Metric, WhatIsUndefinedHasNoValue) {
  EXPECT_FALSE(score("pearson", {{"1", "1", "1"}, {{"1", "2", "3"}}}).value);
  EXPECT_FALSE(score("spearman", {{"1", "2"}, {{"4", "4"}}}).value);
  EXPECT_EQ(refusal([] { score("pearson", {{"1", "two"}, {{"1", "2"}}}); }), "line 2 of the hypotheses is 'two', not a number");
  EXPECT_NE(refusal([] { score("pearson", {{"1", "inf"}, {{"1", "2"}}}); }), "");
  EXPECT_EQ(*score("matthews", {{"1", "1"}, {{"1", "0"}}}).value, 0) << "scikit-learn's choice";
}

TEST(Metric, CorrelationsSurviveLargeOffsetsAndExtremeScales) {
  EXPECT_NEAR(*score("pearson", {{"1000000001", "1000000002", "1000000004"}, {{"1", "2", "4"}}}).value, 1, 1e-12);
  EXPECT_NEAR(*score("pearson", {{"1e-300", "2e-300", "4e-300"}, {{"-1e300", "-2e300", "-4e300"}}}).value, -1, 1e-12);
}

TEST(Metric, PerplexityWeighsByUnitsAndNotByLines) {
  // A long segment at 1 nat a token and a short one at 3: the mean of their perplexities would be 11.4.
  EXPECT_NEAR(*score("perplexity", {{"99", "3"}, {{"99", "1"}}}).value, std::exp(102.0 / 100), 1e-12);
  EXPECT_THROW(score("perplexity", {{"1"}, {{"0"}}}), NothingDone);
  EXPECT_NE(refusal([] { score("perplexity", {{"1"}, {{"-2"}}}); }), "");
}

TEST(Metric, ShufflingSegmentsMovesNoMetricThatSumsOverThem) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const std::vector<std::string> words = {"the", "a", "cat", "sat", "on", "mat", ".", "1,5"};
  MetricTexts texts{{}, {{}, {}}}, shuffled = texts;
  const auto line = [&] {
    std::string text;
    for (std::uint64_t n = 3 + random() % 9; n > 0; --n) text += words[random() % words.size()] + " ";
    return text;
  };
  for (int i = 0; i < 37; ++i) {
    texts.hypotheses.push_back(line());
    for (auto& stream : texts.references) stream.push_back(line());
  }
  std::vector<std::size_t> order(texts.hypotheses.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  for (const std::size_t i : order) {
    shuffled.hypotheses.push_back(texts.hypotheses[i]);
    for (std::size_t r = 0; r < 2; ++r) shuffled.references[r].push_back(texts.references[r][i]);
  }
  for (const std::string metric : {"bleu", "chrf++", "ter", "rouge2", "rougeLsum", "bleu-4", "rougeL-coco", "cider-d", "meteor-wordnet"}) {
    EXPECT_NEAR(*score(metric, texts).value, *score(metric, shuffled).value, 1e-9) << metric;
    MetricTexts itself = texts;
    itself.references = {texts.hypotheses};
    const double best = *score(metric, itself).value;
    EXPECT_GE(metric == "ter" ? -best : best, metric == "ter" ? -*score(metric, texts).value : *score(metric, texts).value) << metric;
  }
}

TEST(Ngrams, AreCountedAsByTables) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 200; ++trial) {
    const auto drawn = [&] {
      Sequence out(random() % 12);
      for (std::uint32_t& word : out) word = static_cast<std::uint32_t>(1 + random() % 3);
      return out;
    };
    const Sequence hypothesis = drawn();
    const std::vector<Sequence> references = {drawn(), drawn(), drawn()};
    const std::vector<double> matched = matched_ngrams(hypothesis, references, 5);
    for (std::size_t n = 1; n <= 5; ++n) {
      const auto table = [n](const Sequence& words) {
        std::map<Sequence, int> counts;
        for (std::size_t i = 0; i + n <= words.size(); ++i)
          ++counts[Sequence(words.begin() + static_cast<std::ptrdiff_t>(i), words.begin() + static_cast<std::ptrdiff_t>(i + n))];
        return counts;
      };
      int expected = 0;
      for (const auto& [ngram, count] : table(hypothesis)) {
        int most = 0;
        for (const Sequence& reference : references) {
          const auto counts = table(reference);
          if (const auto found = counts.find(ngram); found != counts.end()) most = std::max(most, found->second);
        }
        expected += std::min(count, most);
      }
      EXPECT_EQ(matched[n - 1], expected) << "order " << n;
    }
    EXPECT_EQ(lcs_places(references[0], hypothesis).size(), lcs_length(references[0], hypothesis));
  }
}

TEST(PairedTest, RandomNumbersAreNumpys) {
  // numpy.random.default_rng(12345).integers(0, 1000, 6) and .integers(2, size=40, dtype=bool) of a fresh one
  NumpyRandom random(12345);
  std::vector<std::uint32_t> drawn;
  for (int i = 0; i < 6; ++i) drawn.push_back(random.below(1000));
  EXPECT_EQ(drawn, (std::vector<std::uint32_t>{699, 227, 788, 316, 204, 797}));
  NumpyRandom coins(12345);
  std::string tossed;
  for (int i = 0; i < 40; ++i) tossed += coins.coin() ? '1' : '0';
  EXPECT_EQ(tossed, "1011100110000011111111110100110110110001");
}

TEST(PairedTest, ASystemDoesNotDifferFromItself) {
  const MetricTexts texts{{"a b c d", "e f g h", "i j k l"}, {{"a b c d", "e f g x", "i j y l"}}};
  const SegmentSums same = measure("chrf", texts, {});
  for (const PairedTest test : {PairedTest::bootstrap, PairedTest::randomization}) {
    const double p = p_value(same, same, {.test = test, .trials = 99});
    EXPECT_EQ(p, 0.01) << "no resample differs more than 0; sacreBLEU gives 1 / (trials + 1) too";
  }
}

TEST(SuiteAverage, ThePapersRowsComeOut) {
  // Tay et al. 2021, table 5, T5 (Base) and table 6, T5 (Base): 83.5 and 70.3.
  const SuiteAverage glue = suite_average("glue", {{"cola.matthews", 53.1},
                                                   {"sst2.accuracy", 92.2},
                                                   {"mrpc.f1", 92.0},
                                                   {"mrpc.accuracy", 88.7},
                                                   {"stsb.pearson", 89.1},
                                                   {"stsb.spearman", 88.9},
                                                   {"qqp.f1", 88.2},
                                                   {"qqp.accuracy", 91.2},
                                                   {"mnli.matched", 84.7},
                                                   {"mnli.mismatched", 85.0},
                                                   {"qnli.accuracy", 91.7},
                                                   {"rte.accuracy", 76.9}});
  EXPECT_NEAR(glue.value, 83.5, 0.06);
  EXPECT_EQ(glue.tasks, 8u);
  const SuiteAverage superglue = suite_average("superglue", {{"boolq.accuracy", 78.2},
                                                             {"cb.macro_f1", 72.1},
                                                             {"cb.accuracy", 83.9},
                                                             {"copa.accuracy", 59.0},
                                                             {"multirc.f1a", 73.1},
                                                             {"multirc.em", 32.1},
                                                             {"record.f1", 71.1},
                                                             {"record.em", 70.3},
                                                             {"rte.accuracy", 77.3},
                                                             {"wic.accuracy", 65.8},
                                                             {"wsc.accuracy", 80.8}});
  EXPECT_NEAR(superglue.value, 70.3, 0.06);
  EXPECT_NE(superglue.rule.find("cb (macro_f1, accuracy)"), std::string::npos) << superglue.rule;
}

TEST(SuiteAverage, SaysWhatIsMissingAndWhatIsUnknown) {
  EXPECT_NE(refusal([] { suite_average("glue", {{"cola.matthews", 50}}); }).find("mrpc.f1"), std::string::npos);
  EXPECT_NE(refusal([] { suite_average("glue", {{"cola.mathews", 50}}); }).find("cola.matthews"), std::string::npos);
  EXPECT_EQ(refusal([] { task_scores_in({"a.b 1", "a.b 2"}, "f"); }), "f:2: a.b a second time");
}

TEST(SuiteAverage, WarnsOfTwoScales) {
  std::map<std::string, double> scores;
  for (const SuiteTask& task : suite_named("superglue").tasks) {
    for (const std::string& metric : task.metrics) scores[task.name + "." + metric] = 71.5;
  }
  scores["cb.macro_f1"] = 0;
  EXPECT_TRUE(suite_average("superglue", scores).warnings.empty()) << "0 is on either scale";
  scores["copa.accuracy"] = 0.64;
  ASSERT_EQ(suite_average("superglue", scores).warnings.size(), 1u);
  EXPECT_NE(suite_average("superglue", scores).warnings.front().find("one scale"), std::string::npos);
}

TEST(EmbeddingAverage, TheNumbersStandLastWhateverTheWordHolds) {
  const ScratchFolder folder;
  const MetricOptions options{.vectors = folder / "glove.txt"};
  // As in glove.840B.300d and glove.twitter.27B: words with blanks, of Unicode's blanks alone, of bytes that are no text.
  write_file(folder / "glove.txt", "cat 1 0\n. . . 5 5\nat name@domain.com 6 6\n\xC2\x85 7 7\n\xC2\xA0 8 8\n\xFF 9 9\ndog 0 1 \n");
  EXPECT_NEAR(*score("embedding-average", {{"cat"}, {{"cat dog"}}}, options).value, std::sqrt(0.5), 1e-12);
  EXPECT_EQ(score("embedding-average", {{"cat"}, {{"dog"}}}, options).signature,
            "embedding-average|nrefs:1|tok:blanks|unknown:left-out|vectors:" + sha256(read_file(folder / "glove.txt")).substr(0, 12) +
                score("accuracy", {{"1"}, {{"1"}}}).signature.substr(8));
  write_file(folder / "glove.txt", "cat 1 0\ndog 0 one\n");
  EXPECT_EQ(refusal([&] {
              score("embedding-average", {{"dog"}, {{"cat"}}}, options);
            }),
            (folder / "glove.txt") + ":2 is 'one', not a number");
}

TEST(EmbeddingAverage, IsTheCosineOfSums) {
  const ScratchFolder folder;
  write_file(folder / "vectors.txt", "4 2\ncat 1 0\ndog 0 1\nsat 1 1\nunused 5 5\n");
  const MetricOptions options{.vectors = folder / "vectors.txt"};
  EXPECT_NEAR(*score("embedding-average", {{"cat dog"}, {{"sat here"}}}, options).value, 1, 1e-12) << "words without a vector are left out";
  EXPECT_NEAR(*score("embedding-average", {{"cat", "??"}, {{"dog", "cat"}, {"sat", "dog"}}}, options).value, std::sqrt(0.5) / 2, 1e-12);
  EXPECT_NE(refusal([] { score("embedding-average", {{"a"}, {{"a"}}}); }).find("--vectors"), std::string::npos);
  write_file(folder / "bad.txt", "cat 1 0\ndog 0\n");
  EXPECT_EQ(refusal([&] {
              score("embedding-average", {{"a"}, {{"a"}}}, {.vectors = folder / "bad.txt"});
            }),
            (folder / "bad.txt") + ":2: 1 numbers, the lines before have 2");
}

TEST(WordNetSynonyms, AreThoseOfEverySense) {
  const std::string place = "/usr/share/wordnet";
  if (!WordNet::is_in(place)) GTEST_SKIP() << "no WordNet in " << place << " (Debian package wordnet-base)";
  const WordNet wordnet(place);
  EXPECT_TRUE(wordnet.synonyms("auto").contains("car"));
  EXPECT_TRUE(wordnet.synonyms("mice").contains("mouse")) << "an irregular form";
  EXPECT_TRUE(wordnet.synonyms("repaired").contains("fix")) << "of the base form";
  EXPECT_TRUE(wordnet.synonyms("zorblat").empty());
  EXPECT_GT(*score("meteor-wordnet", {{"an auto"}, {{"a car"}}}).value, *score("meteor-wordnet", {{"an auto"}, {{"a banana"}}}).value);
}

TEST(WordNetSynonyms, OfTwoLinesForAnIrregularFormTheLastCounts) {
  const ScratchFolder folder;
  for (const std::string kind : {"noun", "verb", "adj", "adv"}) {
    for (const std::string& name : {"index." + kind, "data." + kind, kind + ".exc"}) write_file(folder / name, "");
  }
  write_file(folder / "noun.exc", "oxen cow\noxen ox\n");
  write_file(folder / "data.noun", "00000000 05 n 02 cow 0 moo 0 000\n00000033 05 n 02 ox 0 steer 0 000\n");
  write_file(folder / "index.noun", "cow n 1 0 1 0 00000000\nox n 1 0 1 0 00000033\n");
  EXPECT_EQ(WordNet(folder.path()).synonyms("oxen"), (std::set<std::string>{"ox", "steer"})) << "as in NLTK";
}

TEST(WordNetSynonyms, ADamagedDatabaseIsRefused) {
  const ScratchFolder folder;
  for (const std::string kind : {"noun", "verb", "adj", "adv"}) {
    for (const std::string& name : {"index." + kind, "data." + kind, kind + ".exc"}) write_file(folder / name, "");
  }
  write_file(folder / "index.noun", "cat n 1 0 1 0 00009999\n");
  EXPECT_NE(refusal([&] {
              score("meteor-wordnet", {{"cat"}, {{"dog"}}}, {.wordnet_dir = folder.path()});
            }).find("damaged"),
            std::string::npos);
}

}  // namespace
}  // namespace synthbench
