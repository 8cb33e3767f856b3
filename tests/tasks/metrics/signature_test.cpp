// Everything that can move a value is in its signature: --store replaces what has the same one.
#include <gtest/gtest.h>

#include <cmath>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "tasks/metrics/metric.h"
#include "tests/tasks/scratch.h"

namespace synthbench {
namespace {

bool has_field(const std::string& signature, const std::string& field) {
  return (signature + "|").find("|" + field + "|") != std::string::npos;
}

std::string refusal(const MetricTexts& texts, const MetricOptions& options) {
  try {
    score("perplexity", texts, options);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Signature, OfPerplexityNamesTheUnitAndCountsIt) {
  const MetricTexts texts{{"6.5", "3"}, {{"4", "2"}}};
  const Score by_token = score("perplexity", texts), by_word = score("perplexity", texts, {.unit = "word"});
  EXPECT_TRUE(has_field(by_token.signature, "unit:token")) << by_token.signature;
  EXPECT_TRUE(has_field(by_word.signature, "unit:word")) << by_word.signature;
  EXPECT_TRUE(has_field(score("bits_per_unit", texts, {.unit = "byte"}).signature, "unit:byte"));
  EXPECT_EQ(by_word.n, 6u) << "units, not lines";
  EXPECT_NEAR(*by_word.value, std::exp(9.5 / 6), 1e-12);
}

TEST(Signature, OfPerplexityKnowsThreeUnitsOfWhichThereAreWholeNumbers) {
  EXPECT_NE(refusal({{"1"}, {{"1"}}}, {.unit = "bytes"}).find("--unit"), std::string::npos);
  EXPECT_NE(refusal({{"1"}, {{"1"}}}, {.unit = "bytes"}).find("byte"), std::string::npos);
  for (const char* count : {"1.5", "-2", "1e300"}) {
    EXPECT_NE(refusal({{"1", "1"}, {{"3", count}}}, {}).find("line 2 of the reference is "), std::string::npos) << count;
  }
}

TEST(Signature, OfBleuTellsSmoothingValuesApart) {
  const MetricTexts texts{{"a b c d"}, {{"a b x d"}}};
  const auto with = [&](double value) { return score("bleu", texts, {.smooth_method = "floor", .smooth_value = value}).signature; };
  EXPECT_TRUE(has_field(with(0.1), "smooth:floor[0.10]")) << "as sacreBLEU prints it";
  EXPECT_TRUE(has_field(with(2), "smooth:floor[2.00]"));
  EXPECT_TRUE(has_field(with(0.012), "smooth:floor[0.012]")) << with(0.012);
  EXPECT_NE(with(0.012), with(0.014));
  EXPECT_NE(with(1e-7), with(1e-8));
}

/// The row of the table of metrics that names one; empty where there is none.
std::string documented(const std::string& metric) {
  for (const std::string& line : split(read_file(SYNTHBENCH_SOURCE_DIR "/docs/metrics.md"), '\n')) {
    const std::string names = line.substr(0, line.find(" | "));
    if (line.starts_with("| `") && names.find("`" + metric + "`") != std::string::npos) return line;
  }
  return "";
}

TEST(Signature, IsDocumentedFieldByField) {
  int looked_at = 0;
  for (const auto& [name, about] : metrics()) {
    if (name == "meteor" || name == "embedding-average" || name == "bleu-2" || name == "bleu-3") continue;  // files; "bleu-1 ... bleu-4"
    const std::string row = documented(name), line = name.starts_with("multirc") ? "q\t1" : "1";
    const std::string signature = score(name, {{line, line}, {{line, line}}}).signature;
    for (const std::string& field : split(signature, '|')) {
      const std::string key = field.substr(0, field.find(':') + 1);
      if (key.empty() || key == "v:") continue;
      EXPECT_NE(row.find("`" + key), std::string::npos) << name << ": " << field;
    }
    ++looked_at;
  }
  EXPECT_GT(looked_at, 20);
}

TEST(Signature, OfMeteorWordnetHoldsAHashOfItsWordNet) {
  const ScratchFolder old_version, new_version;
  std::string all;
  for (const ScratchFolder* folder : {&old_version, &new_version}) {
    for (const std::string kind : {"noun", "verb", "adj", "adv"}) {
      for (const std::string& name : {"index." + kind, "data." + kind, kind + ".exc"})
        write_file(*folder / name, "  licence of " + name + "\n");
    }
  }
  write_file(new_version / "data.adj", "  another licence\n");
  for (const std::string kind : {"noun", "verb", "adj", "adv"}) {
    for (const std::string& name : {"index." + kind, "data." + kind, kind + ".exc"}) all += read_file(old_version / name);
  }
  const auto with = [](const ScratchFolder& folder) {
    return score("meteor-wordnet", {{"a cat"}, {{"a dog"}}}, {.wordnet_dir = folder.path()}).signature;
  };
  EXPECT_TRUE(has_field(with(old_version), "wordnet:" + sha256(all).substr(0, 12))) << with(old_version);
  EXPECT_NE(with(old_version), with(new_version));
}

}  // namespace
}  // namespace synthbench
