// Labels, one a line, compared as texts without outer blanks. With TP, FP, FN of a label:
//
// accuracy   share of labels that are right
// f1         2 TP / (2 TP + FP + FN) of the label 1; 0 where it is nowhere
// macro_f1   mean of that over all labels that occur, predicted ones too
// matthews   (c s - Σ_k p_k t_k) / sqrt((s² - Σ p_k²)(s² - Σ t_k²)), s labels of which c are right, p_k predicted and t_k true ones
//            of class k; 0 where a side has one class alone
//
// Source: scikit-learn, accuracy_score, f1_score(zero_division=0), matthews_corrcoef (Gorodkin 2004); GLUE: Wang et al. 2019.
#include <cmath>
#include <map>

#include "tasks/metrics/label_lines.h"
#include "tasks/metrics/metric.h"

namespace synthbench {
namespace {

struct ClassCounts {
  double right = 0, predicted = 0, gold = 0;
  double f1() const { return right == 0 ? 0 : 2 * right / (predicted + gold); }
};

std::map<std::string, ClassCounts> by_class(const Labels& labels) {
  std::map<std::string, ClassCounts> classes;
  for (std::size_t i = 0; i < labels.gold.size(); ++i) {
    ++classes[labels.predicted[i]].predicted;
    ++classes[labels.gold[i]].gold;
    if (labels.gold[i] == labels.predicted[i]) ++classes[labels.gold[i]].right;
  }
  return classes;
}

SegmentSums accuracy(const MetricTexts& texts, const MetricOptions&) {
  const Labels labels = labels_of(texts);
  std::vector<double> right;
  for (std::size_t i = 0; i < labels.gold.size(); ++i) right.push_back(labels.gold[i] == labels.predicted[i] ? 1 : 0);
  return mean_over_segments(right, {});
}

SegmentSums f1(const MetricTexts& texts, const MetricOptions&) {
  const Labels labels = labels_of(texts);
  SegmentSums measured{.n = labels.gold.size(), .signature = {{"positive", "1"}}};
  for (std::size_t i = 0; i < labels.gold.size(); ++i) measured.rows.add(binary_row(labels.predicted[i] == "1", labels.gold[i] == "1"));
  measured.value_of_sums = f1_of_sums;
  if (measured.rows.sum()[positives_gold] == 0) measured.warnings = {"f1: no reference is 1, the label that f1 takes as positive"};
  return measured;
}

SegmentSums macro_f1(const MetricTexts& texts, const MetricOptions&) {
  const Labels labels = labels_of(texts);
  const auto classes = by_class(labels);
  double sum = 0;
  for (const auto& [label, counts] : classes) sum += counts.f1();
  return {.n = labels.gold.size(), .signature = {{"avg", "macro"}}, .value = sum / static_cast<double>(classes.size())};
}

SegmentSums matthews(const MetricTexts& texts, const MetricOptions&) {
  const Labels labels = labels_of(texts);
  const auto all = static_cast<double>(labels.gold.size());
  double right = 0, both = 0, predicted = 0, gold = 0;
  for (const auto& [label, counts] : by_class(labels)) {
    right += counts.right;
    both += counts.predicted * counts.gold;
    predicted += counts.predicted * counts.predicted;
    gold += counts.gold * counts.gold;
  }
  const double spread = (all * all - predicted) * (all * all - gold);
  return {.n = labels.gold.size(), .signature = {}, .value = spread == 0 ? 0 : (right * all - both) / std::sqrt(spread)};
}

const bool registered =
    metrics().add("accuracy", {.summary = "share of labels that are right", .scale = "0-1", .measure = accuracy}) &&
    metrics().add("f1", {.summary = "F1 of the label 1", .scale = "0-1", .measure = f1}) &&
    metrics().add("macro_f1", {.summary = "mean of F1 over labels", .scale = "0-1", .measure = macro_f1}) &&
    metrics().add("matthews", {.summary = "Matthews correlation of labels, two classes or more", .scale = "-1-1", .measure = matthews});

}  // namespace
}  // namespace synthbench
