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

std::optional<Quality> quality_by(const ConfigFacts& row, const std::string& metric) {
  for (const CellFacts& cell : row.done) {
    for (const auto* known : {&cell.metrics, &cell.not_finite}) {
      const auto found = known->find(metric);
      if (found == known->end()) continue;
      const FinalMetric& one = found->second;
      return Quality{metric, one.definition->unit, one.definition->better, one.split, row.values(metric), row.not_finite(metric)};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Quality> quality_of(const ConfigFacts& row) {
  if (row.text("kind") == "speed") return std::nullopt;
  const auto known = [](const std::map<std::string, Metrics>& all, const std::string& name) {
    const auto found = all.find(name);
    return found == all.end() ? Metrics() : found->second;
  };
  for (const Metrics& metrics : {known(by_data(), row.text("data.name")), known(by_task(), row.text("task")), kOtherwise}) {
    for (const char* metric : metrics) {
      if (auto quality = quality_by(row, metric)) return quality;
    }
  }
  return std::nullopt;
}

std::vector<std::string> quality_metrics() {
  std::set<std::string> names(kOtherwise.begin(), kOtherwise.end());
  for (const auto* known : {&by_task(), &by_data()}) {
    for (const auto& [name, metrics] : *known) names.insert(metrics.begin(), metrics.end());
  }
  return {names.begin(), names.end()};
}

}  // namespace synthbench
