#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/metrics/metric.h"

namespace synthbench {

struct Labels {
  std::vector<std::string> predicted, gold;
};

/// What stands in a line of labels, numbers or answers: without outer blanks, nor the byte order mark in front of the first one.
std::string_view entry_of(const std::vector<std::string>& lines, std::size_t index);

/// Both sides without outer blanks. Throws UserError for more than one reference, and for a gold label of -1: test sets whose labels
/// are hidden carry it, and scoring it would call every answer wrong.
Labels labels_of(const MetricTexts& texts);

/// The same refusal for a label that stands elsewhere in a line. line counts from 1.
void refuse_hidden(std::string_view label, std::size_t line);

/// Columns of the row that binary F1 adds up.
enum BinaryColumn : std::size_t { true_positives, positives_predicted, positives_gold };
std::array<double, 3> binary_row(bool predicted, bool gold);
/// 2 TP / (predicted + gold); 0 where nothing is true and positive.
double f1_of_sums(std::span<const double> sums);

}  // namespace synthbench
