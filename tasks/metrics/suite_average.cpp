// The average of a suite = mean over its tasks of the mean over the task's metrics; MNLI's two test sets are one task.
//
// glue        8 tasks; WNLI, which T5 and the Synthesizer leave out, is a ninth where it was scored, as on the leaderboard
// superglue   8 tasks; the diagnostics AX-b and AX-g do not count
//
// Source: Wang et al., ICLR 2019 and NeurIPS 2019; Raffel et al. 2020 (GLUE without WNLI); Tay et al. 2021, tables 5 and 6.
#include "tasks/metrics/suite_average.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/registry.h"
#include "tasks/metrics/label_lines.h"
#include "tasks/metrics/number_lines.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

const std::map<std::string, Suite, std::less<>>& suites() {
  static const std::map<std::string, Suite, std::less<>> all = {{"glue",
                                                                 {{{"cola", {"matthews"}},
                                                                   {"sst2", {"accuracy"}},
                                                                   {"mrpc", {"f1", "accuracy"}},
                                                                   {"stsb", {"pearson", "spearman"}},
                                                                   {"qqp", {"f1", "accuracy"}},
                                                                   {"mnli", {"matched", "mismatched"}},
                                                                   {"qnli", {"accuracy"}},
                                                                   {"rte", {"accuracy"}},
                                                                   {"wnli", {"accuracy"}, true}}}},
                                                                {"superglue",
                                                                 {{{"boolq", {"accuracy"}},
                                                                   {"cb", {"macro_f1", "accuracy"}},
                                                                   {"copa", {"accuracy"}},
                                                                   {"multirc", {"f1a", "em"}},
                                                                   {"record", {"f1", "em"}},
                                                                   {"rte", {"accuracy"}},
                                                                   {"wic", {"accuracy"}},
                                                                   {"wsc", {"accuracy"}}}}}};
  return all;
}

std::vector<std::string> keys_of(const Suite& suite) {
  std::vector<std::string> keys;
  for (const SuiteTask& task : suite.tasks) {
    for (const std::string& metric : task.metrics) keys.push_back(task.name + "." + metric);
  }
  return keys;
}

}  // namespace

std::vector<std::string> suite_names() {
  std::vector<std::string> names;
  for (const auto& [name, suite] : suites()) names.push_back(name);
  return names;
}

const Suite& suite_named(std::string_view name) {
  const auto found = suites().find(name);
  if (found == suites().end()) throw UserError(unknown_word("suite", name, suite_names()));
  return found->second;
}

SuiteAverage suite_average(std::string_view name, const std::map<std::string, double>& scores) {
  const Suite& suite = suite_named(name);
  const std::vector<std::string> known = keys_of(suite);
  for (const auto& [key, value] : scores) {
    if (std::ranges::find(known, key) == known.end()) throw UserError(unknown_word("score of " + std::string(name), key, known));
  }
  SuiteAverage average;
  std::vector<std::string> counted, missing;
  double sum = 0;
  for (const SuiteTask& task : suite.tasks) {
    double of_task = 0;
    std::size_t found = 0;
    for (const std::string& metric : task.metrics) {
      const auto score = scores.find(task.name + "." + metric);
      if (score == scores.end()) {
        if (!task.optional) missing.push_back(task.name + "." + metric);
        continue;
      }
      of_task += score->second;
      ++found;
    }
    if (found < task.metrics.size()) continue;
    sum += of_task / static_cast<double>(found);
    counted.push_back(task.name + " (" + join(task.metrics) + ")");
  }
  if (!missing.empty()) throw UserError(fmt::format("no average of {}: {} missing", name, join(missing)));
  average.tasks = counted.size();
  average.value = sum / static_cast<double>(average.tasks);
  const auto is_share = [](const auto& score) { return score.second != 0 && std::abs(score.second) <= 1; };
  const auto is_percent = [](const auto& score) { return std::abs(score.second) > 1; };
  if (std::ranges::any_of(scores, is_share) && std::ranges::any_of(scores, is_percent)) {
    average.warnings = {fmt::format("{}: some scores are at most 1 and others above: are they on one scale?", name)};
  }
  average.rule = fmt::format("mean over {} tasks of each task's mean: {}", average.tasks, join(counted));
  return average;
}

std::map<std::string, double> task_scores_in(const std::vector<std::string>& lines, const std::string& path) {
  std::map<std::string, double> scores;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::vector<std::string_view> words = split_at_blanks(entry_of(lines, i));
    if (words.empty()) continue;
    const std::string where = fmt::format("{}:{}", path, i + 1);
    if (words.size() != 2) throw UserError(fmt::format("{}: '{:.60}' is not TASK.METRIC VALUE", where, lines[i]));
    if (!scores.emplace(words[0], number_in(words[1], where)).second) throw UserError(fmt::format("{}: {} a second time", where, words[0]));
  }
  return scores;
}

}  // namespace synthbench
