#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "harness/base/files.h"
#include "harness/base/json.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/metric_vectors.h"
#include "tasks/metrics/segments.h"

namespace synthbench {
namespace {

TEST(MetricVectors, AllComeOut) {
  const std::vector<MetricVector> vectors = metric_vectors();
  ASSERT_GT(vectors.size(), 100u);
  for (const MetricVector& vector : vectors) {
    EXPECT_TRUE(vector.passed()) << vector.name << ": " << vector.value << ", " << vector.source << " gives " << vector.expected;
  }
}

TEST(MetricVectors, CoverEveryMetricThatNeedsNoFile) {
  std::set<std::string> covered;
  const Json all = Json::parse(metric_vectors_json());
  for (const Json& vector : all.at("vectors")) covered.insert(vector.at("metric"));
  for (const auto& [name, metric] : metrics()) {
    const bool needs_file = name == "embedding-average" || name == "meteor";
    EXPECT_TRUE(needs_file || covered.contains(name)) << name;
  }
}

/// The folder of published outputs and scores beside the source tree.
std::string published() { return std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/data/metrics/"; }

TEST(PublishedScores, OfWmt21SystemsComeOut) {
  const std::string folder = published() + "wmt21-en-de/";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no folder of published scores beside the source tree";
  int checked = 0;
  for (const std::string& line : read_segments(folder + "automatic-scores.tsv")) {
    const std::vector<std::string> fields = split(line, '\t');
    for (const std::string letter : {"A", "C", "D"}) {
      for (const std::string system : {"ICL", "Facebook-AI", "UEdin"}) {
        const auto is = [&](const std::string& text) { return std::ranges::find(fields, text) != fields.end(); };
        if (!is(system) || !is("bleu-" + letter)) continue;
        const MetricTexts texts =
            read_texts(folder + "newstest2021.en-de.hyp." + system + ".de", {folder + "newstest2021.en-de.ref." + letter + ".de"});
        EXPECT_NEAR(*score("bleu", texts).value, std::stod(fields.back()), 1e-9) << line;
        ++checked;
      }
    }
  }
  EXPECT_GE(checked, 3);
}

TEST(PublishedScores, OfRouge155ComeOut) {
  if (!std::filesystem::exists(published())) GTEST_SKIP() << "no folder of published scores beside the source tree";
  const Json expected = Json::parse(read_file(published() + "expected.json"));
  for (const Json& one : expected.at("rouge155").at("cases")) {
    for (const std::string kind : {"rouge1", "rouge2", "rougeL", "rougeLsum"}) {
      if (!one.contains(kind)) continue;
      const Score found = score(kind, {{one.at("prediction")}, {{one.at("target")}}}, {.stem = one.at("stem").get<bool>()});
      EXPECT_NEAR(*found.value, one.at(kind).at(2).get<double>(), 1e-5) << kind << one;
    }
  }
}

TEST(PublishedScores, OfNlgEvalComeOut) {
  if (!std::filesystem::exists(published())) GTEST_SKIP() << "no folder of published scores beside the source tree";
  const std::string folder = published() + "nlg-eval/";
  const MetricTexts texts = read_texts(folder + "hyp.txt", {folder + "ref1.txt", folder + "ref2.txt"});
  const Json corpus = Json::parse(read_file(published() + "expected.json")).at("nlg_eval").at("corpus");
  for (const auto& [name, key] : std::map<std::string, std::string>{{"bleu-1", "Bleu_1"},
                                                                    {"bleu-2", "Bleu_2"},
                                                                    {"bleu-3", "Bleu_3"},
                                                                    {"bleu-4", "Bleu_4"},
                                                                    {"rougeL-coco", "ROUGE_L"},
                                                                    {"cider-d", "CIDEr"}}) {
    EXPECT_NEAR(*score(name, texts).value, corpus.at(key).get<double>(), 1e-6) << name;
  }
}

}  // namespace
}  // namespace synthbench
