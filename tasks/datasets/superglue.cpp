// SuperGLUE (Wang et al. 2019): a folder a task, train.jsonl, val.jsonl and test.jsonl, whose labels are kept back;
// dev32.jsonl is FewGLUE's.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/words.h"
#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

struct Sizes {
  std::int64_t train, valid, test;
};

FileLayout layout(const std::string& file, const Reader& reader, std::string note = "") {
  return {{"{SuperGLUE/,super_glue/,superglue/,}" + file + ".jsonl"}, reader, std::move(note)};
}

SplitFiles split(const std::string& name, const std::string& file, const Reader& reader, std::int64_t official) {
  return {.name = name, .layouts = {layout(file, reader)}, .official = official};
}

DataSet task(std::string summary, std::string licence, const std::string& folder, std::vector<std::string> labels, const Reader& reader,
             Sizes sizes) {
  SplitFiles valid = split("valid", folder + "/val", reader, sizes.valid);
  valid.layouts.push_back(layout(folder + "/dev32", reader, "FewGLUE's dev32, for val is not here"));
  return {.task = "superglue",
          .summary = std::move(summary),
          .licence = std::move(licence),
          .labels = std::move(labels),
          .splits = {split("train", folder + "/train", reader, sizes.train), std::move(valid),
                     split("test", folder + "/test", reader, sizes.test), split("dev32", folder + "/dev32", reader, 0)}};
}

/// A label that test files lack.
const JsonField kLabel{"label", "", true};

std::string text(const Json& object, const char* pointer) { return text_of_json(object.at(Json::json_pointer(pointer))); }

/// An example is an answer; F1a is over all of them, exact match over those of a question.
Examples multirc(Json object) {
  const std::string passage = text(object, "/passage/text");
  return [object = std::move(object), passage, of_passage = std::size_t{0}, of_question = std::size_t{0}](Record& record) mutable {
    const Json& questions = object.at("passage").at("questions");
    for (; of_passage < questions.size(); ++of_passage, of_question = 0) {
      const Json& question = questions.at(of_passage);
      const Json& answers = question.at("answers");
      if (of_question == answers.size()) continue;
      const Json& answer = answers.at(of_question++);
      record.fields = {{"passage", passage},
                       {"question", text(question, "/question")},
                       {"answer", text(answer, "/text")},
                       {"label", answer.contains("label") ? text(answer, "/label") : std::string(kHiddenLabel)},
                       {"group", fmt::format("{}-{}", text(object, "/idx"), text(question, "/idx"))}};
      return true;
    }
    return false;
  };
}

/// What is in a list, sorted and each once.
template <typename Texts>
Texts distinct(Texts texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

/// Texts of the entities, a line each: their offsets count characters, ends included.
std::string entities_of(const Json& passage) {
  const auto& whole = passage.at("text").get_ref<const std::string&>();
  std::vector<std::size_t> starts;  // byte of each character
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if ((static_cast<unsigned char>(whole[at]) & 0xC0) != 0x80) starts.push_back(at);
  }
  starts.push_back(whole.size());
  std::vector<std::string_view> texts;
  for (const Json& entity : passage.at("entities")) {
    const auto first = entity.at("start").get<std::int64_t>(), last = entity.at("end").get<std::int64_t>();
    if (first < 0 || last < first || last >= std::ssize(starts) - 1) {
      throw std::invalid_argument(fmt::format("an entity from {} to {} in a passage of {} characters", first, last, starts.size() - 1));
    }
    const std::size_t begin = starts[static_cast<std::size_t>(first)], end = starts[static_cast<std::size_t>(last) + 1];
    texts.push_back(std::string_view(whole).substr(begin, end - begin));
  }
  std::string lines;
  for (const std::string_view one : distinct(std::move(texts))) {
    if (lines.size() + one.size() > StreamLines::kLongest) throw std::invalid_argument("entities that are longer than any text");
    lines.append(lines.empty() ? "" : "\n").append(one);
  }
  return lines;
}

/// An example is a query; entities and gold answers are separated by line breaks, answers kept back are the hidden label.
Examples record(Json object) {
  const std::string passage = text(object, "/passage/text"), entities = entities_of(object.at("passage"));
  return [object = std::move(object), passage, entities, next = std::size_t{0}](Record& record) mutable {
    const Json& queries = object.at("qas");
    if (next == queries.size()) return false;
    const Json& query = queries.at(next++);
    std::vector<std::string> answers;
    if (const auto given = query.find("answers"); given != query.end()) {
      for (const Json& answer : *given) answers.push_back(text(answer, "/text"));
    }
    answers = distinct(std::move(answers));
    record.fields = {{"passage", passage},
                     {"query", text(query, "/query")},
                     {"entities", entities},
                     {"label", answers.empty() ? std::string(kHiddenLabel) : join(answers, "\n")},
                     {"group", text(query, "/idx")}};
    return true;
  };
}

/// Diagnostic sets come as one file, labels given.
DataSet diagnostic(std::string summary, std::string licence, const std::string& folder, const Reader& reader, std::int64_t official) {
  return {.task = "superglue",
          .summary = std::move(summary),
          .licence = std::move(licence),
          .labels = {"entailment", "not_entailment"},
          .splits = {split("test", folder + "/" + folder, reader, official)}};
}

const std::vector<std::string> kTrueOrFalse = {"false", "true"}, kEntailment = {"entailment", "not_entailment"};

const bool registered =
    data_sets().add("boolq", task("BoolQ: yes or no questions on a passage", "CC BY-SA 3.0", "BoolQ", kTrueOrFalse,
                                  jsonl({{"passage"}, {"question"}, kLabel}), {9427, 3270, 3245})) &&
    data_sets().add("cb", task("CB: does a clause follow from a text", "research use", "CB", {"entailment", "contradiction", "neutral"},
                               jsonl({{"premise"}, {"hypothesis"}, kLabel}), {250, 56, 250})) &&
    data_sets().add("copa", task("COPA: which of two is the cause, or the effect", "BSD 2-clause", "COPA", {"0", "1"},
                                 jsonl({{"premise"}, {"choice1"}, {"choice2"}, {"question"}, kLabel}), {400, 100, 500})) &&
    data_sets().add("multirc", task("MultiRC: which answers to a question on a passage are right", "research use", "MultiRC", {"0", "1"},
                                    jsonl_of("jsonl", multirc), {27243, 4848, 9693})) &&
    data_sets().add("record", task("ReCoRD: which entity of a passage fills a gap", "research use", "ReCoRD", {}, jsonl_of("jsonl", record),
                                   {100730, 10000, 10000})) &&
    data_sets().add("superglue-rte", task("RTE of SuperGLUE: does a sentence follow from another", "research use", "RTE", kEntailment,
                                          jsonl({{"premise"}, {"hypothesis"}, kLabel}), {2490, 277, 3000})) &&
    data_sets().add("wic", task("WiC: does a word mean the same in two sentences", "CC BY-NC 4.0", "WiC", kTrueOrFalse,
                                jsonl({{"word"}, {"sentence1"}, {"sentence2"}, kLabel}), {5428, 638, 1400})) &&
    data_sets().add("wsc", task("WSC: does a pronoun mean a noun", "CC BY 4.0", "WSC", kTrueOrFalse,
                                jsonl({{"text"},
                                       {"span1", "/target/span1_text"},
                                       {"span1_index", "/target/span1_index"},
                                       {"span2", "/target/span2_text"},
                                       {"span2_index", "/target/span2_index"},
                                       kLabel}),
                                {554, 104, 146})) &&
    data_sets().add("ax-b", diagnostic("AX-b: entailment by phenomenon", "research use", "AX-b",
                                       jsonl({{"premise", "/sentence1"}, {"hypothesis", "/sentence2"}, kLabel}), 1104)) &&
    data_sets().add("ax-g", diagnostic("AX-g: entailment that does not depend on gender", "MIT (Winogender)", "AX-g",
                                       jsonl({{"premise"}, {"hypothesis"}, kLabel}), 356));

}  // namespace
}  // namespace synthbench
