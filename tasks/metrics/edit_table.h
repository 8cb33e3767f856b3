#pragma once

#include <cstdint>
#include <vector>

#include "tasks/metrics/ngrams.h"

namespace synthbench {

/// How a hypothesis and a reference correspond word by word.
struct Alignment {
  std::vector<std::int64_t> hypothesis_of;  ///< [place in the reference]: place in the hypothesis, -1 before its first word
  std::vector<bool> hypothesis_wrong, reference_wrong;
};

/// Edit distance of many hypotheses of equal length to one reference: rows for words that a hypothesis shares with the one before
/// it are kept. Cells far from the diagonal are not looked at, so that the distance of very different texts may be too large: so
/// does Tercom.
class EditTable {
 public:
  /// reference outlives the table and is not empty.
  explicit EditTable(const Sequence& reference) : reference_(reference) {}
  /// Whether a table of so many words takes less than 2 GB.
  static bool fits(std::size_t hypothesis, std::size_t reference);

  std::int64_t edits(const Sequence& hypothesis);
  Alignment alignment(const Sequence& hypothesis);

 private:
  enum class Edit : std::uint8_t { none, keep, substitute, insert, remove };
  struct Cell {
    std::int32_t cost;
    Edit edit;
  };

  void fill(const Sequence& hypothesis);
  void fill_row(std::size_t i, std::size_t hyp_len);
  std::vector<Edit> path(std::size_t hyp_len) const;

  const Sequence& reference_;
  Sequence hypothesis_;                    // that the rows are of
  std::vector<std::vector<Cell>> rows_{};  // [words of the hypothesis][words of the reference]
};

}  // namespace synthbench
