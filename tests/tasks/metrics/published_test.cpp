// Values that others published, data/metrics/expected.json and the files that it names: every block of it that is a metric of ours.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "harness/base/files.h"
#include "harness/base/json.h"
#include "harness/base/words.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/segments.h"

namespace synthbench {
namespace {

class PublishedScores : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder_ + "expected.json")) GTEST_SKIP() << "no published scores beside the source tree: " << folder_;
    expected_ = Json::parse(read_file(folder_ + "expected.json"));
  }
  static std::vector<std::string> texts_of(const Json& labels) {
    std::vector<std::string> lines;
    for (const Json& label : labels) lines.push_back(label.is_string() ? label.get<std::string>() : label.dump());
    return lines;
  }
  static double of_labels(const std::string& metric, const Json& predicted, const Json& gold) {
    return score(metric, {texts_of(predicted), {texts_of(gold)}}).value.value();
  }
  /// Of files of a folder.
  double of_files(const std::string& metric, const std::string& hypotheses, const std::vector<std::string>& references,
                  const MetricOptions& options = {}) const {
    std::vector<std::string> paths;
    for (const std::string& reference : references) paths.push_back(folder_ + reference);
    return score(metric, read_texts(folder_ + hypotheses, paths), options).value.value();
  }

  std::string folder_ = std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/data/metrics/";
  Json expected_;
};

/// sums: words of hypotheses, of references, matches by order, n-grams by order, as bleu.cpp adds them up.
double bleu_of_orders(const std::vector<double>& sums, std::size_t orders) {
  double logs = 0;
  for (std::size_t n = 0; n < orders; ++n) logs += std::log(sums.at(2 + n) / sums.at(6 + n));
  return 100 * std::min(1.0, std::exp(1 - sums[1] / sums[0])) * std::exp(logs / static_cast<double>(orders));
}

TEST_F(PublishedScores, OfSacrebleusCorpusComeOut) {
  const Json& block = expected_.at("sacrebleu_corpus");
  const MetricTexts texts{texts_of(block.at("hypotheses")), block.at("reference_streams").get<std::vector<std::vector<std::string>>>()};
  for (const Json& one : block.at("cases")) {
    const MetricOptions options{.tokenize = one.at("tokenize"), .smooth_method = one.at("smooth")};
    if (one.contains("max_order")) {  // BLEU of shorter n-grams is no metric here: its counts are
      const double found = bleu_of_orders(measure("bleu", texts, options).rows.sum(), one.at("max_order").get<std::size_t>());
      EXPECT_NEAR(found, one.at("bleu_2dp").get<double>(), 0.005 + 1e-9) << one;
    } else {
      EXPECT_NEAR(*score("bleu", texts, options).value, one.at("bleu").get<double>(), 1e-6) << one;
    }
  }
  const MetricTexts empty{std::vector<std::string>(texts.hypotheses.size()), texts.references};
  EXPECT_EQ(*score("bleu", empty).value, block.at("all_hypotheses_empty").get<double>());
}

TEST_F(PublishedScores, OfSacrebleusStatisticsComeOut) {
  const Json& block = expected_.at("sacrebleu_statistics");
  const SegmentSums measured = measure("bleu", {{block.at("hypothesis")}, {{block.at("reference")}}}, {.tokenize = "none"});
  const std::vector<double> sums = measured.rows.sum();
  EXPECT_EQ(std::vector<double>(sums.begin() + 2, sums.begin() + 6), block.at("matches").get<std::vector<double>>());
  EXPECT_EQ(std::vector<double>(sums.begin() + 6, sums.begin() + 10), block.at("totals").get<std::vector<double>>());
  const Json& counts = block.at("from_counts");
  std::vector<double> row = {counts.at("hyp_len").get<double>(), counts.at("ref_len").get<double>()};
  for (const char* kind : {"matches", "totals"}) {
    for (const Json& count : counts.at(kind)) row.push_back(count.get<double>());
  }
  EXPECT_NEAR(measured.value_of_sums(row) / 100, counts.at("bleu").get<double>(), 1e-10);
}

TEST_F(PublishedScores, OfChrfComeOut) {
  for (const Json& one : expected_.at("chrf").at("cases")) {
    const Score found = score("chrf", {{one.at("hyp")}, {{one.at("ref")}}}, {.chrf_beta = 3});
    EXPECT_NEAR(*found.value, one.at("chrf").get<double>(), 1e-5) << one;
  }
}

TEST_F(PublishedScores, OfWmt21SystemsComeOut) {
  int checked = 0;
  for (const std::string pair : {"en-de", "de-fr"}) {
    const std::string folder = "wmt21-" + pair + "/", base = folder + "newstest2021." + pair, to = pair.substr(3);
    for (const std::string& line : read_segments(folder_ + folder + "automatic-scores.tsv")) {
      const std::vector<std::string> fields = split(line, '\t');  // pair, system, id, is_constrained, metric-REFERENCE, score
      const std::string hypotheses = base + ".hyp." + fields.at(1) + "." + to;
      if (!std::filesystem::exists(folder_ + hypotheses)) continue;  // the header, systems whose outputs are not here
      const std::string metric = fields.at(4).substr(0, fields[4].find('-')), against = fields[4].substr(fields[4].find('-') + 1);
      std::vector<std::string> references;
      for (const std::string letter : {"A", "C", "D"}) {
        const std::string file = base + ".ref." + letter + "." + to;
        if ((against == "all" || against == letter) && std::filesystem::exists(folder_ + file)) references.push_back(file);
      }
      EXPECT_NEAR(of_files(metric, hypotheses, references), std::stod(fields.at(5)), 1e-9) << line;
      ++checked;
    }
  }
  EXPECT_EQ(checked, 52) << "all lines of both files";
}

TEST_F(PublishedScores, OfTensorFlowsNmtComeOut) {
  const Json& block = expected_.at("tf_nmt");
  MetricTexts texts = read_texts(folder_ + "tf-nmt/deen_output", {folder_ + "tf-nmt/deen_ref_bpe", folder_ + "tf-nmt/deen_ref_spm"});
  const auto without = [](std::string text, const std::string& mark) {
    for (std::size_t at = 0; (at = text.find(mark)) != std::string::npos;) text.erase(at, mark.size());
    return text;
  };
  for (std::string& line : texts.references[0]) line = without(line, "@@ ");
  for (std::string& line : texts.references[1]) {
    line = without(line, " ");
    for (std::size_t at = 0; (at = line.find("\u2581")) != std::string::npos;) line.replace(at, 3, " ");
  }
  const auto name_empty_lines = [](std::vector<std::string>& lines) {
    for (std::string& line : lines) line = line.empty() ? "(empty)" : line;  // split at blanks as there, an empty line is one empty word
  };
  name_empty_lines(texts.hypotheses);
  for (std::vector<std::string>& reference : texts.references) {
    name_empty_lines(reference);
    const Score found = score("bleu", {texts.hypotheses, {reference}}, {.tokenize = "none", .smooth_method = "none"});
    EXPECT_NEAR(*found.value, block.at("bleu").get<double>(), 1e-9);
  }
  EXPECT_NEAR(100 * of_files("accuracy", "tf-nmt/pred_output", {"tf-nmt/label_ref"}),
              block.at("accuracy(pred_output,label_ref)").get<double>(), 1e-9);
}

TEST_F(PublishedScores, OfRouge155ComeOut) {
  for (const Json& one : expected_.at("rouge155").at("cases")) {
    for (const std::string kind : {"rouge1", "rouge2", "rougeL", "rougeLsum"}) {
      if (!one.contains(kind)) continue;
      const Score found = score(kind, {{one.at("prediction")}, {{one.at("target")}}}, {.stem = one.at("stem").get<bool>()});
      EXPECT_NEAR(*found.value, one.at(kind).at(2).get<double>(), 1e-5) << kind << one;
    }
  }
  for (const Json& one : expected_.at("rouge155").at("elementary")) {  // target, prediction, kind, recall, precision and F
    EXPECT_NEAR(*score(one.at(2), {{one.at(1)}, {{one.at(0)}}}).value, one.at(3).at(2).get<double>(), 1e-6) << one;
  }
}

TEST_F(PublishedScores, OfXsumOutputsAreThoseOfTheirNoteAndNearToPerls) {
  struct Outputs {
    const char* system;
    std::vector<double> plain, stemmed;  // as the note of the block says: ROUGE-1, 2, L
  };
  const std::vector<std::string> kinds = {"rouge1", "rouge2", "rougeL"};
  ASSERT_TRUE(expected_.contains("xsum_rouge"));
  for (const Outputs& one :
       {Outputs{"convs2s", {30.00, 10.80, 24.49}, {30.94, 11.02, 25.05}}, Outputs{"lead", {15.20, 1.49, 11.34}, {16.01, 1.58, 11.79}}}) {
    const std::string files = "xsum-rouge/" + std::string(one.system) + "-test-output";
    const std::string perl = read_segments(folder_ + files + ".rouge").front();  // "f-score >> ROUGE(1/2/3/L/SU4): 31.27/11.07/..."
    const std::vector<std::string> published = split(perl.substr(perl.rfind(' ') + 1), '/');
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      const auto found = [&](bool stem) {
        return 100 * of_files(kinds[k], files + ".txt.gz", {"xsum-rouge/gold-test-sentences.txt.gz"}, {.stem = stem});
      };
      const double stemmed = found(true);
      EXPECT_NEAR(found(false), one.plain[k], 0.005 + 1e-9) << one.system << " " << kinds[k];
      EXPECT_NEAR(stemmed, one.stemmed[k], 0.005 + 1e-9) << one.system << " " << kinds[k] << " with stems";
      EXPECT_NEAR(stemmed, std::stod(published.at(k == 2 ? 3 : k)), 0.5) << one.system << " " << kinds[k] << ", ROUGE-1.5.5";
    }
  }
}

const std::map<std::string, std::string>& names_of_nlg_eval() {
  static const std::map<std::string, std::string> names = {{"bleu-1", "Bleu_1"}, {"bleu-2", "Bleu_2"},       {"bleu-3", "Bleu_3"},
                                                           {"bleu-4", "Bleu_4"}, {"rougeL-coco", "ROUGE_L"}, {"cider-d", "CIDEr"}};
  return names;
}

TEST_F(PublishedScores, OfNlgEvalComeOut) {
  const Json& block = expected_.at("nlg_eval");
  for (const auto& [name, key] : names_of_nlg_eval()) {
    EXPECT_NEAR(of_files(name, "nlg-eval/hyp.txt", {"nlg-eval/ref1.txt", "nlg-eval/ref2.txt"}), block.at("corpus").at(key).get<double>(),
                1e-6)
        << name;
  }
  for (const Json& one : block.at("single")) {
    MetricTexts texts{{one.at("hyp")}, {}};
    for (const Json& reference : one.at("refs")) texts.references.push_back({reference});
    for (const auto& [name, key] : names_of_nlg_eval()) {
      EXPECT_NEAR(*score(name, texts).value, one.at(key).get<double>(), 2e-6) << name << " of " << one.at("hyp");
    }
  }
}

TEST_F(PublishedScores, OfGlueComeOut) {
  const Json& binary = expected_.at("glue").at("binary");
  for (const std::string metric : {"accuracy", "f1", "matthews"}) {
    EXPECT_NEAR(of_labels(metric, binary.at("pred"), binary.at("gold")), binary.at(metric).get<double>(), 1e-12) << metric;
  }
  const Json& regression = expected_.at("glue").at("regression");
  for (const std::string metric : {"pearson", "spearman"}) {
    EXPECT_NEAR(of_labels(metric, regression.at("pred"), regression.at("gold")), regression.at(metric).get<double>(), 1e-12) << metric;
  }
  const Json& three = expected_.at("glue").at("cb_3way");
  for (const std::string metric : {"accuracy", "macro_f1"}) {
    EXPECT_NEAR(of_labels(metric, three.at("pred"), three.at("gold")), three.at(metric).get<double>(), 1e-12) << metric;
  }
}

TEST_F(PublishedScores, OfSuperGlueComeOut) {
  const Json& multirc = expected_.at("superglue").at("multirc");
  MetricTexts answers{{}, {{}}};
  for (const Json& question : multirc.at("questions")) {
    for (std::size_t k = 0; k < question.at("gold").size(); ++k) {
      const std::string id = question.at("id").get<std::string>() + "\t";
      answers.hypotheses.push_back(id + question.at("pred").at(k).dump());
      answers.references[0].push_back(id + question.at("gold").at(k).dump());
    }
  }
  EXPECT_NEAR(*score("multirc_em", answers).value, multirc.at("exact_match").get<double>(), 1e-12);
  EXPECT_NEAR(*score("multirc_f1a", answers).value, multirc.at("f1_a").get<double>(), 1e-12);
  for (const Json& one : expected_.at("superglue").at("record").at("cases")) {
    const MetricTexts texts{{one.at("pred")}, {{join(texts_of(one.at("answers")), "\t")}}};
    EXPECT_NEAR(*score("record_em", texts).value, one.at("em").get<double>(), 1e-12) << one;
    EXPECT_NEAR(*score("record_f1", texts).value, one.at("f1").get<double>(), 1e-12) << one;
  }
}

}  // namespace
}  // namespace synthbench
