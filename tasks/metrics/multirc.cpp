// MultiRC: every line is QUESTION<TAB>LABEL, one for each answer, 1 where it is right; lines of a question may stand apart.
//
// multirc_em    share of questions of which every answer is labelled right
// multirc_f1a   F1 of the label 1 over all answers pooled
//
// Source: Khashabi et al., NAACL 2018; SuperGLUE: Wang et al. 2019.
#include <fmt/format.h>

#include <unordered_map>

#include "harness/base/error.h"
#include "tasks/metrics/label_lines.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

struct Answer {
  std::string question;
  bool right = false;
};

Answer answer_of(const std::vector<std::string>& lines, std::size_t index, std::string_view side) {
  const std::string_view line = entry_of(lines, index);
  const std::size_t tab = line.rfind('\t');
  const std::string_view label = strip(line.substr(tab == std::string_view::npos ? 0 : tab + 1));
  if (tab == std::string_view::npos || (label != "0" && label != "1" && label != "-1")) {
    throw UserError(fmt::format("line {} of the {} is '{:.40}', not QUESTION<TAB>LABEL with the label 0 or 1", index + 1, side, line));
  }
  if (side == "reference") refuse_hidden(label, index + 1);
  return {std::string(strip(line.substr(0, tab))), label == "1"};
}

struct Question {
  bool all_right = true;
  std::array<double, 3> counts{};
};

/// In the order in which each is first answered.
std::vector<Question> questions_of(const MetricTexts& texts) {
  if (texts.references.size() != 1) throw UserError(fmt::format("MultiRC has one reference, not {}", texts.references.size()));
  std::vector<Question> questions;
  std::unordered_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    const Answer predicted = answer_of(texts.hypotheses, i, "hypotheses"), gold = answer_of(texts.references.front(), i, "reference");
    if (predicted.question != gold.question) {
      throw UserError(
          fmt::format("line {} answers question '{:.40}', in the reference '{:.40}'", i + 1, predicted.question, gold.question));
    }
    const auto [place, is_new] = places.try_emplace(gold.question, questions.size());
    if (is_new) questions.emplace_back();
    Question& question = questions[place->second];
    question.all_right &= predicted.right == gold.right;
    const std::array<double, 3> row = binary_row(predicted.right, gold.right);
    for (std::size_t k = 0; k < row.size(); ++k) question.counts[k] += row[k];
  }
  return questions;
}

SegmentSums multirc_em(const MetricTexts& texts, const MetricOptions&) {
  std::vector<double> right;
  for (const Question& question : questions_of(texts)) right.push_back(question.all_right ? 1 : 0);
  return mean_over_segments(right, {{"group", "question"}});
}

SegmentSums multirc_f1a(const MetricTexts& texts, const MetricOptions&) {
  SegmentSums measured{.n = texts.hypotheses.size(), .signature = {{"group", "answers-pooled"}}};
  for (const Question& question : questions_of(texts)) measured.rows.add(question.counts);
  measured.value_of_sums = f1_of_sums;
  return measured;
}

const bool registered =
    metrics().add("multirc_em",
                  {.summary = "MultiRC: share of questions with every answer right", .scale = "0-1", .measure = multirc_em}) &&
    metrics().add("multirc_f1a", {.summary = "MultiRC: F1 over all answers pooled", .scale = "0-1", .measure = multirc_f1a});

}  // namespace
}  // namespace synthbench
