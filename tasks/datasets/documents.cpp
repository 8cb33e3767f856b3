// Documents to pre-train on, summaries of documents, dialogues.
#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

const bool c4 = data_sets().add("c4", {.task = "mlm",
                                       .summary = "Colossal Clean Crawled Corpus, English: a JSON object a document",
                                       .licence = "ODC-BY 1.0 (text: Common Crawl terms of use)",
                                       .splits = {{"train", {{{"{c4/en/,c4/,}c4-train.*.json"}, jsonl({{"text"}})}}, 364868892},
                                                  {"valid", {{{"{c4/en/,c4/,}c4-validation.*.json"}, jsonl({{"text"}})}}, 364608}}});

/// Gokaslan and Cohen 2019: packed tars of a page a file, in a packed tar.
const std::string kOpenWebText = "{openwebtext/,}{openwebtext.tar.xz!,}openwebtext/urlsf_subset*.xz!*.txt";

const bool openwebtext = data_sets().add(
    "openwebtext",
    {.task = "mlm",
     .summary = "pages that Reddit links to",
     .licence = "CC0 (packaging); texts belong to their authors",
     .splits = {{"train", {{{"openwebtext/openwebtext*.jsonl"}, jsonl({{"text"}})}, {{kOpenWebText}, documents()}}, 8013769}}});

/// Hermann et al. 2015, See et al. 2017: CSV, one document a line (as used with BART), or the stories and the lists of addresses.
SplitFiles cnn_dailymail(const std::string& split, const std::string& csv_name, const std::string& short_name, std::int64_t official) {
  const std::string folder = "{cnn_dailymail/,}";
  const std::string stories = folder + "{cnn_stories.tgz!cnn/stories/*.story,cnn/stories/*.story} + " + folder +
                              "{dailymail_stories.tgz!dailymail/stories/*.story,dailymail/stories/*.story}";
  return {.name = split,
          .layouts = {{{"cnn_dailymail/" + csv_name + ".csv"},
                       csv({.columns = {{"article", "article"}, {"highlights", "highlights"}, {"id", "id"}}})},
                      {{"cnn_dailymail/{bart-format/,}" + short_name + ".source", "cnn_dailymail/{bart-format/,}" + short_name + ".target"},
                       lines({"article", "highlights"})},
                      {{stories, folder + "all_" + short_name + ".txt"}, cnn_stories()}},
          .official = official};
}

const bool news = data_sets().add(
    "cnn_dailymail", {.task = "summarization",
                      .summary = "news articles and their highlights, version 3.0.0",
                      .licence = "Apache-2.0 (repositories); articles: CNN, Daily Mail",
                      .splits = {cnn_dailymail("train", "train", "train", 287113), cnn_dailymail("valid", "validation", "val", 13368),
                                 cnn_dailymail("test", "test", "test", 11490)}});

/// Narayan et al. 2018.
SplitFiles xsum(const std::string& split, const std::string& official_name, std::int64_t official) {
  const Reader objects = jsonl({{"document"}, {"summary"}, {"id"}});
  return {.name = split,
          .layouts = {{{"xsum/{" + split + "," + official_name + "}.jsonl"}, objects},
                      {{"{xsum/,}{XSUM-EMNLP18-Summary-Data-Original.tar.gz!,}bbc-summary-data/*.summary",
                        "{xsum/,}XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json"},
                       xsum_documents(official_name)}},
          .official = official};
}

const bool one_sentence =
    data_sets().add("xsum", {.task = "summarization",
                             .summary = "BBC articles and a sentence on each",
                             .licence = "MIT (repository); text: BBC",
                             .splits = {xsum("train", "train", 204045), xsum("valid", "validation", 11332), xsum("test", "test", 11334)}});

/// Rush et al. 2015.
SplitFiles gigaword(const std::string& split, const std::string& short_name) {
  const std::string file = "{gigaword/,}org_data/" + short_name;
  return {.name = split, .layouts = {{{file + ".src.txt", file + ".tgt.txt"}, lines({"document", "summary"})}}};
}

const bool headlines =
    data_sets().add("gigaword", {.task = "summarization",
                                 .summary = "first sentences of news and their headlines",
                                 .licence = "research use (LDC)",
                                 .splits = {gigaword("train", "train"), gigaword("valid", "dev"), gigaword("test", "test")}});

/// Zhang et al. 2018, ConvAI2: personas as the speakers wrote them, or revised.
DataSet personachat(const std::string& kind) {
  const auto split = [&](const std::string& name, std::int64_t exchanges) {
    const std::string file = "personachat/" + name + "_self_" + kind;
    return SplitFiles{.name = name, .layouts = {{{file + "_no_cands.txt"}, parlai()}, {{file + ".txt"}, parlai()}}, .official = exchanges};
  };
  return {.task = "dialogue",
          .summary = "chats of two people, each with a persona, " + kind,
          .licence = "CC BY 4.0",
          .splits = {split("train", 131438), split("valid", 7801), split("test", 0)}};
}

const bool chats =
    data_sets().add("personachat", personachat("original")) && data_sets().add("personachat-revised", personachat("revised"));

}  // namespace
}  // namespace synthbench
