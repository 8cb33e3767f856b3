// Running text for language models.
#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

SplitFiles text(std::string name, std::string place, std::int64_t official = 0) {
  return {.name = std::move(name), .layouts = {{{std::move(place)}, lines()}}, .official = official};
}

/// Merity et al. 2017. Official archives hold wiki.*.tokens, or wiki.*.raw without <unk>.
DataSet wikitext(const std::string& size, const std::string& kind, std::int64_t train) {
  const std::string folder = "wikitext-" + size + (kind == "raw" ? "-raw" : "");
  const auto place = [&](const std::string& part) {
    const std::string file = folder + "/wiki." + part + "." + kind;
    const std::string archive = folder + "-v1.zip!" + file;
    return "{" + file + "," + folder + "/" + archive + "," + archive + "}";
  };
  return {
      .task = "lm",
      .summary = "WikiText-" + size + (kind == "raw" ? ", raw: articles of Wikipedia" : ": articles of Wikipedia, words, rare ones <unk>"),
      .licence = "CC BY-SA 3.0, GFDL",
      .splits = {text("train", place("train"), train), text("valid", place("valid"), 3760), text("test", place("test"), 4358)},
      .running_text = true};
}

const bool wikitext_2 = data_sets().add("wikitext-2", wikitext("2", "tokens", 36718));
const bool wikitext_103 = data_sets().add("wikitext-103", wikitext("103", "tokens", 1801350));
const bool wikitext_2_raw = data_sets().add("wikitext-2-raw", wikitext("2", "raw", 36718));
const bool wikitext_103_raw = data_sets().add("wikitext-103-raw", wikitext("103", "raw", 1801350));

const bool tinyshakespeare = data_sets().add("tinyshakespeare", {.task = "lm",
                                                                 .summary = "scenes from plays of William Shakespeare",
                                                                 .licence = "public domain",
                                                                 .splits = {text("train", "tinyshakespeare/input.txt", 40000)},
                                                                 .running_text = true});

const bool enwik8 = data_sets().add("enwik8", {.task = "lm",
                                               .summary = "the first 100 MB of a dump of Wikipedia, with its XML",
                                               .licence = "GFDL, CC BY-SA",
                                               .splits = {text("train", "enwik8/{enwik8,enwik8.head}")},
                                               .running_text = true,
                                               .has_words = false,
                                               .official_bytes = 100000000});

const bool emnlp_news = data_sets().add("emnlp-news", {.task = "lm",
                                                       .summary = "sentences of the EMNLP 2017 WMT news, the test file of Texygen",
                                                       .licence = "MIT (repository)",
                                                       .splits = {text("train", "emnlp2017-wmt-news/test_emnlp.txt", 10000)},
                                                       .running_text = true});

/// Chelba et al. 2013. The first held-out shard is the usual test set; of the others those whose
/// number does not end in 0 are valid.
const std::string kLm1b = "{lm1b/,lm1b-fixture/,}1-billion-word-language-modeling-benchmark-r13output/";
const bool lm1b = data_sets().add(
    "lm1b", {.task = "lm",
             .summary = "One Billion Word benchmark: shuffled sentences of news, tokenised",
             .licence = "Apache-2.0 (repository); text: WMT 2011 news crawl",
             .splits = {text("train", kLm1b + "training-monolingual.tokenized.shuffled/news.en-*-of-00100"),
                        text("valid", kLm1b + "heldout-monolingual.tokenized.shuffled/news.en.heldout-000[0-4][1-9]-of-00050"),
                        text("test", kLm1b + "heldout-monolingual.tokenized.shuffled/news.en.heldout-00000-of-00050")},
             .running_text = true});

}  // namespace
}  // namespace synthbench
