// Texts and their classes.
#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

/// Zhang et al. 2015. Its fields hold `\` where a line ended.
SplitFiles ag_news(const std::string& split, std::int64_t official) {
  const Columns columns{.columns = {{"label", "", 0}, {"title", "", 1}, {"text", "", 2}}, .header = false, .width = 3};
  return {.name = split, .layouts = {{{"ag_news_csv/" + split + ".csv"}, csv(columns)}}, .official = official};
}

const bool news = data_sets().add("ag_news", {.task = "classification",
                                              .summary = "titles and descriptions of news: world, sports, business, science and technology",
                                              .licence = "academic, non-commercial research use",
                                              .labels = {"1", "2", "3", "4"},
                                              .splits = {ag_news("train", 120000), ag_news("test", 7600)}});

/// Maas et al. 2011; a review a file.
SplitFiles imdb(const std::string& split) {
  return {.name = split,
          .layouts = {{{"{aclImdb/,}{aclImdb_v1*.tar.gz!aclImdb/,aclImdb/,}" + split + "/[np][eo][gs]/*.txt"}, tree()}},
          .official = 25000};
}

const bool reviews = data_sets().add("imdb", {.task = "classification",
                                              .summary = "reviews of films, negative or positive; also the text task of Long Range Arena",
                                              .licence = "no explicit licence; cite Maas et al. 2011",
                                              .labels = {"neg", "pos"},
                                              .splits = {imdb("train"), imdb("test")},
                                              .class_by_class = true});

/// Nangia and Bowman 2018; Tay et al. 2021 draw longer expressions of the same kind for Long Range Arena.
SplitFiles listops(const std::string& split, const std::string& lra, std::vector<FileLayout> more, std::int64_t official) {
  std::vector<FileLayout> layouts = {{{"listops/basic_" + lra + ".tsv"}, tsv({.columns = {{"label", "Target"}, {"text", "Source"}}})}};
  layouts.insert(layouts.end(), more.begin(), more.end());
  return {.name = split, .layouts = std::move(layouts), .official = official};
}

FileLayout original_listops(const std::string& file) {
  return {{"listops/" + file + ".tsv"}, tsv({.columns = {{"label", "", 0}, {"text", "", 1}}, .header = false, .width = 2})};
}

const bool brackets =
    data_sets().add("listops", {.task = "classification",
                                .summary = "nested MIN, MAX, MED, SM of digits; the class is the value",
                                .licence = "MIT style (NYU)",
                                .labels = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                                .splits = {listops("train", "train", {original_listops("train_d20s")}, 0), listops("valid", "val", {}, 0),
                                           listops("test", "test", {original_listops("test_d20s")}, 0)}});

/// Which language a sentence of Tatoeba is in: shipped, so that classification runs without a download.
SplitFiles language(const std::string& split, std::int64_t official) {
  return {.name = split,
          .layouts = {{{"tatoeba-language/" + split + ".tsv"}, tsv({.columns = {{"label", "label"}, {"text", "text"}}})}},
          .official = official};
}

const bool languages =
    data_sets().add("tatoeba-language", {.task = "classification",
                                         .summary = "short everyday sentences; the class is their language",
                                         .licence = "CC BY 2.0 FR",
                                         .labels = {"deu", "eng", "fra"},
                                         .splits = {language("train", 4500), language("valid", 450), language("test", 450)}});

}  // namespace
}  // namespace synthbench
