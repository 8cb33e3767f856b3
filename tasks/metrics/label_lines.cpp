#include "tasks/metrics/label_lines.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {

void refuse_hidden(std::string_view label, std::size_t line) {
  if (label == "-1") throw UserError(fmt::format("line {} of the reference is -1: a hidden test label, which cannot be scored", line));
}

std::string_view entry_of(const std::vector<std::string>& lines, std::size_t index) {
  std::string_view line = lines.at(index);
  if (index == 0 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  return strip(line);
}

Labels labels_of(const MetricTexts& texts) {
  if (texts.references.size() != 1) throw UserError(fmt::format("labels have one reference, not {}", texts.references.size()));
  const std::vector<std::string>& reference = texts.references.front();
  Labels labels;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) labels.predicted.emplace_back(entry_of(texts.hypotheses, i));
  for (std::size_t i = 0; i < reference.size(); ++i) {
    labels.gold.emplace_back(entry_of(reference, i));
    refuse_hidden(labels.gold.back(), i + 1);
  }
  return labels;
}

std::array<double, 3> binary_row(bool predicted, bool gold) {
  return {predicted && gold ? 1.0 : 0.0, predicted ? 1.0 : 0.0, gold ? 1.0 : 0.0};
}

double f1_of_sums(std::span<const double> sums) {
  return sums[true_positives] == 0 ? 0 : 2 * sums[true_positives] / (sums[positives_predicted] + sums[positives_gold]);
}

}  // namespace synthbench
