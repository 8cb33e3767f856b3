// GLUE (Wang et al. 2018): a folder a task, train.tsv, dev.tsv and test.tsv, whose labels are kept back.
#include <memory>
#include <set>

#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

/// Columns of a table with a header: the label last, kept back in test sets.
Columns named(std::vector<Column> texts, const std::string& label, const std::string& column, bool test) {
  texts.push_back({label, column, 0, test});
  return {.columns = std::move(texts)};
}

SplitFiles split(const std::string& name, const std::string& file, Columns columns, std::int64_t official) {
  return {.name = name, .layouts = {{{"{GLUE/,glue_data/,glue/,}" + file + ".tsv"}, tsv(std::move(columns))}}, .official = official};
}

struct Sizes {
  std::int64_t train, valid, test;
};

/// A task whose three files have the same columns.
DataSet glue(std::string summary, std::string licence, const std::string& folder, std::vector<std::string> labels,
             const std::vector<Column>& texts, const std::string& label, Sizes sizes, const std::string& field = "label") {
  return {.task = "glue",
          .summary = std::move(summary),
          .licence = std::move(licence),
          .labels = std::move(labels),
          .splits = {split("train", folder + "/train", named(texts, field, label, false), sizes.train),
                     split("valid", folder + "/dev", named(texts, field, label, false), sizes.valid),
                     split("test", folder + "/test", named(texts, field, label, true), sizes.test)}};
}

const std::vector<std::string> kBinary = {"0", "1"}, kEntailment = {"entailment", "not_entailment"},
                               kThreeWay = {"entailment", "neutral", "contradiction"};
const std::vector<Column> kTwoSentences = {{"sentence1", "sentence1"}, {"sentence2", "sentence2"}};

/// No header but in the test file: source, label, the author's mark, sentence.
DataSet cola() {
  const Columns labelled{.columns = {{"sentence", "", 3}, {"label", "", 1}}, .header = false, .width = 4};
  return {.task = "glue",
          .summary = "CoLA: is a sentence acceptable English",
          .licence = "research use",
          .labels = kBinary,
          .splits = {split("train", "CoLA/train", labelled, 8551), split("valid", "CoLA/dev", labelled, 1043),
                     split("test", "CoLA/test", named({{"sentence", "sentence"}}, "label", "label", true), 1063)}};
}

/// The archive of its authors, whose training file is GLUE's too.
DataSet cola_public() {
  const auto part = [](const std::string& name, const std::string& file, std::int64_t official) {
    const Columns columns{.columns = {{"sentence", "", 3}, {"label", "", 1}}, .header = false, .width = 4};
    return SplitFiles{
        .name = name,
        .layouts = {{{"{GLUE/CoLA/original/,CoLA/original/,}cola_public.zip!cola_public/raw/" + file + ".tsv"}, tsv(columns)}},
        .official = official};
  };
  return {.task = "glue",
          .summary = "CoLA as its authors publish it, version 1.1; valid is the in-domain part",
          .licence = "research use",
          .labels = kBinary,
          .splits = {part("train", "in_domain_train", 8551), part("valid", "in_domain_dev", 527),
                     part("out_of_domain", "out_of_domain_dev", 516)}};
}

/// A few rows of train and dev are malformed in the original: labels that no tab parts from the question, questions on two lines (line
/// 97,931 of train). One in ten thousand is left out, as readers of GLUE do; more of them are damage.
DataSet qqp() {
  const std::vector<Column> questions = {{"question1", "question1"}, {"question2", "question2"}};
  DataSet data = glue("QQP: do two questions of Quora ask the same", "Quora terms, non-commercial", "QQP", kBinary, questions,
                      "is_duplicate", {363849, 40430, 390965});
  for (SplitFiles& one : data.splits) {
    if (one.name == "test") continue;
    Columns columns = named(questions, "label", "is_duplicate", false);
    columns.most_malformed = one.official / 10000;
    one.layouts.front().reader = tsv(std::move(columns));
  }
  return data;
}

const std::vector<Column> kPremise = {{"premise", "sentence1"}, {"hypothesis", "sentence2"}};

/// Several development and test sets; beside GLUE's tables, the corpus as its authors publish it.
DataSet mnli() {
  const auto table = [](const std::string& name, const std::string& file, bool test, std::int64_t official) {
    return split(name, "MNLI/" + file, named(kPremise, "label", "gold_label", test), official);
  };
  const auto objects = [](const std::string& place, const char* premise, const char* hypothesis, const char* label) {
    return FileLayout{{place}, jsonl({{"premise", premise}, {"hypothesis", hypothesis}, {"label", label, false, "-"}})};
  };
  // Pairs on which the annotators did not agree have the label "-"; GLUE left them out.
  const auto published = [&](const std::string& part) {
    return objects("{GLUE/MNLI/,MNLI/,}{multinli_1.0.zip!,}multinli_1.0/multinli_1.0_" + part + ".jsonl", "/sentence1", "/sentence2",
                   "/gold_label");
  };
  const auto attacked = [](const std::string& file) {
    const Columns columns{.columns = {{"premise", "", 1}, {"hypothesis", "", 2}, {"label", "", 0}}, .header = false, .width = 3};
    return SplitFiles{
        .name = "textfooler_" + file, .layouts = {{{"GLUE/MNLI/textfooler-1k/mnli_" + file}, tsv(columns)}}, .official = 1000};
  };
  DataSet data{.task = "glue",
               .summary = "MNLI: does a sentence follow from another, ten kinds of text; valid and test are the matched ones",
               .licence = "OANC, CC BY 3.0, CC BY-SA 3.0",
               .labels = kThreeWay,
               .splits = {table("train", "train", false, 392702), table("valid", "dev_matched", false, 9815),
                          table("test", "test_matched", true, 9796), table("valid_mismatched", "dev_mismatched", false, 9832),
                          table("test_mismatched", "test_mismatched", true, 9847), attacked("matched"), attacked("mismatched")}};
  data.splits[0].layouts.push_back(published("train"));
  data.splits[0].layouts.back().reader.leaves_out = false;  // none, and it takes long to count them
  data.splits[1].layouts.push_back(published("dev_matched"));
  data.splits[3].layouts.push_back(published("dev_mismatched"));
  data.splits[1].layouts.push_back(objects("GLUE/MNLI/original-source/dev.jsonl", "/premise", "/hypothesis", "/label"));
  return data;
}

using Ids = std::set<std::pair<std::string, std::string>>;

/// MRPC in Microsoft's files: GLUE's development set is the rows of train whose ids stand in a list.
Reader mrpc_rows(bool development) {
  return {"tsv", [development](const std::vector<Stream>& streams) -> Examples {
            const auto ids = std::make_shared<Ids>();
            if (streams.size() > 1) {
              StreamLines list(streams[1]);
              for (std::string_view line; list.next(line);) {
                const std::size_t tab = line.find('\t');
                if (tab == std::string_view::npos) throw UserError(list.where() + ": not two ids with a tab between them");
                ids->emplace(line.substr(0, tab), line.substr(tab + 1));
              }
            }
            Columns columns{.columns = {{"sentence1", "", 3}, {"sentence2", "", 4}, {"label", "", 0}}};
            columns.wanted = [ids, development](const std::vector<std::string>& row) {
              return ids->contains({row[1], row[2]}) == development;
            };
            return tsv(std::move(columns)).open({streams[0]});
          }};
}

DataSet mrpc() {
  DataSet data = glue("MRPC: do two sentences of news say the same", "research use (Microsoft)", "MRPC", kBinary,
                      {{"sentence1", "#1 String"}, {"sentence2", "#2 String"}}, "Quality", {3668, 408, 1725});
  const std::string folder = "{GLUE/,glue_data/,glue/,}MRPC/";
  const std::string train = folder + "{msr_paraphrase_train.txt,train}", ids = folder + "{mrpc_dev_ids.tsv,dev_ids.tsv,dev_ids}";
  data.splits[0].layouts.push_back({{train, ids}, mrpc_rows(false)});
  data.splits[1].layouts.push_back({{train, ids}, mrpc_rows(true)});
  data.splits[2].layouts.push_back({{folder + "{msr_paraphrase_test.txt,test}"}, mrpc_rows(false)});
  return data;
}

/// The diagnostic set has no training data: a model of MNLI is asked. GLUE's file keeps the labels back, diagnostic-full.tsv has them.
DataSet diagnostic() {
  SplitFiles hidden = split("test", "{diagnostic/diagnostic,AX/diagnostic,ax}", named(kPremise, "label", "label", true), 1104);
  SplitFiles full = split("test_full", "diagnostic/diagnostic-full",
                          {.columns = {{"premise", "Premise"}, {"hypothesis", "Hypothesis"}, {"label", "Label"}}}, 1104);
  hidden.layouts.push_back(full.layouts.front());
  return {.task = "glue",
          .summary = "GLUE's diagnostic set, AX: entailment by phenomenon",
          .licence = "research use",
          .labels = kThreeWay,
          .splits = {std::move(hidden), std::move(full)}};
}

/// The folder was named SST-B in some copies of STS-B.
DataSet stsb() {
  DataSet data = glue("STS-B: how alike two sentences are, 0 to 5", "see LICENSE.txt of the archive", "{STS-B,SST-B}", {}, kTwoSentences,
                      "score", {5749, 1500, 1379}, "score");
  return data;
}

const bool registered =
    data_sets().add("cola", cola()) && data_sets().add("cola-public", cola_public()) &&
    data_sets().add("sst-2", glue("SST-2: sentences of film reviews, negative or positive", "research use", "SST-2", kBinary,
                                  {{"sentence", "sentence"}}, "label", {67349, 872, 1821})) &&
    data_sets().add("mrpc", mrpc()) && data_sets().add("qqp", qqp()) && data_sets().add("sts-b", stsb()) &&
    data_sets().add("mnli", mnli()) &&
    data_sets().add("qnli", glue("QNLI: does a sentence answer a question", "CC BY-SA 4.0", "{QNLI,QNLIv2}", kEntailment,
                                 {{"question", "question"}, {"sentence", "sentence"}}, "label", {104743, 5463, 5463})) &&
    data_sets().add("rte", glue("RTE of GLUE: does a sentence follow from another", "research use", "RTE", kEntailment, kTwoSentences,
                                "label", {2490, 277, 3000})) &&
    data_sets().add("wnli",
                    glue("WNLI: is a pronoun resolved rightly", "CC BY 4.0", "WNLI", kBinary, kTwoSentences, "label", {635, 71, 146})) &&
    data_sets().add("ax", diagnostic());

}  // namespace
}  // namespace synthbench
