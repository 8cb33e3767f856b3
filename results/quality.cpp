#include "results/quality.h"

namespace synthbench {
namespace {

/// The metric by which the paper and its readers judge a task comes before the loss.
constexpr const char* kByImportance[] = {"ppl", "bleu",     "rougeL",  "cider-d",        "accuracy", "macro_f1",
                                         "f1",  "matthews", "pearson", "token_accuracy", "loss"};

}  // namespace

std::optional<Quality> quality_of(const ConfigFacts& row) {
  for (const char* metric : kByImportance) {
    std::vector<double> values = row.values(metric);
    if (values.empty()) continue;
    for (const CellFacts& cell : row.done) {
      const auto found = cell.metrics.find(metric);
      if (found == cell.metrics.end()) continue;
      return Quality{metric, found->second.unit, found->second.better, found->second.split, std::move(values)};
    }
  }
  return std::nullopt;
}

}  // namespace synthbench
