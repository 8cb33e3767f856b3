#pragma once

#include <string>
#include <vector>

namespace synthbench {

/// A metric computed here beside what its reference implementation gives for the same texts, or what was counted by hand.
struct MetricVector {
  std::string name, source;  ///< "bleu of mt_short, tokenize=char"; source: which implementation, or how it was counted
  double value = 0, expected = 0, tolerance = 0;
  bool passed() const;
};

/// Those of vectors.json, which the program holds.
std::vector<MetricVector> metric_vectors();

/// vectors.json as text.
const char* metric_vectors_json();

}  // namespace synthbench
