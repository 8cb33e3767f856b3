#include "results/quality.h"

#include <map>
#include <set>

namespace synthbench {
namespace {

using Metrics = std::vector<const char*>;

/// By which the paper and its readers judge a task (or one data set of it), the metric that says most first.
const std::map<std::string, Metrics>& by_task() {
  static const std::map<std::string, Metrics> all = {
      {"lm", {"ppl"}},
      {"mlm", {"loss"}},
      {"mt", {"bleu", "chrf"}},
      {"summarization", {"rougeL", "rougeLsum", "rouge1", "rouge2"}},
      {"dialogue", {"cider-d", "rougeL-coco", "bleu-4", "bleu-1"}},
      {"classification", {"accuracy"}},
      {"glue", {"accuracy"}},
      {"superglue", {"accuracy"}},
      {"copy", {"token_accuracy"}},
      {"reverse", {"token_accuracy"}},
  };
  return all;
}

const std::map<std::string, Metrics>& by_data() {
  static const std::map<std::string, Metrics> all = {
      {"cola", {"matthews"}}, {"sts-b", {"pearson", "spearman"}},         {"mrpc", {"f1"}},       {"qqp", {"f1"}},
      {"cb", {"macro_f1"}},   {"multirc", {"multirc_f1a", "multirc_em"}}, {"ax-b", {"matthews"}}, {"record", {"record_f1", "record_em"}},
  };
  return all;
}

/// Whatever the task: metrics of outputs before those of tokens.
const Metrics kOtherwise = {"bleu",       "chrf",      "rougeL",    "rougeLsum", "rouge1",         "rouge2", "cider-d",
                            "matthews",   "pearson",   "spearman",  "accuracy",  "macro_f1",       "f1",     "multirc_f1a",
                            "multirc_em", "record_f1", "record_em", "ppl",       "token_accuracy", "loss"};

const FinalMetric* first_of(const ConfigFacts& row, const std::string& metric) {
  for (const CellFacts& cell : row.done) {
    if (const FinalMetric* one = cell.shown(metric)) return one;
  }
  return nullptr;
}

}  // namespace

const FinalMetric* judge_of(const ConfigFacts& row) {
  if (row.text("kind") == "speed") return nullptr;
  static const Metrics kNone;
  const auto known = [](const std::map<std::string, Metrics>& all, const std::string& name) -> const Metrics& {
    const auto found = all.find(name);
    return found == all.end() ? kNone : found->second;
  };
  for (const Metrics* metrics : {&known(by_data(), row.text("data.name")), &known(by_task(), row.text("task")), &kOtherwise}) {
    for (const char* metric : *metrics) {
      if (const FinalMetric* one = first_of(row, metric)) return one;
    }
  }
  return nullptr;
}

std::optional<Quality> quality_of(const ConfigFacts& row) {
  const FinalMetric* judge = judge_of(row);
  if (judge == nullptr) return std::nullopt;
  const MetricDefinition& is = *judge->definition;
  return Quality{is.name, is.unit, is.better, is.split, row.values(is.name), row.not_finite(is.name)};
}

std::vector<std::string> quality_metrics() {
  std::set<std::string> names(kOtherwise.begin(), kOtherwise.end());
  for (const auto* known : {&by_task(), &by_data()}) {
    for (const auto& [name, metrics] : *known) names.insert(metrics.begin(), metrics.end());
  }
  return {names.begin(), names.end()};
}

}  // namespace synthbench
