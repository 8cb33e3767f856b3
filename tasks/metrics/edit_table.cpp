#include "tasks/metrics/edit_table.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace synthbench {
namespace {

constexpr double kBeamWidth = 25;
constexpr std::int32_t kUnreachable = 1'000'000'000;

}  // namespace

bool EditTable::fits(std::size_t hypothesis, std::size_t reference) {
  constexpr std::size_t kMostCells = 250'000'000;  // of 8 bytes
  return reference == 0 || hypothesis < kMostCells / (reference + 1);
}

/// Row i: the first i words of the hypothesis against every beginning of the reference.
void EditTable::fill_row(std::size_t i, std::size_t hyp_len) {
  const std::size_t ref_len = reference_.size();
  const double ratio = static_cast<double>(ref_len) / static_cast<double>(hyp_len);
  const double beam = kBeamWidth < ratio / 2 ? std::ceil(ratio / 2 + kBeamWidth) : kBeamWidth;
  const double diagonal = std::floor(static_cast<double>(i) * ratio);
  const auto first = static_cast<std::size_t>(std::max(0.0, diagonal - beam));
  const std::size_t end = i == hyp_len ? ref_len + 1 : std::min(ref_len + 1, static_cast<std::size_t>(diagonal + beam));
  std::vector<Cell>& row = rows_[i];
  const std::vector<Cell>& above = rows_[i - 1];
  row.assign(ref_len + 1, {kUnreachable, Edit::none});
  for (std::size_t j = first; j < end; ++j) {
    if (j == 0) {
      row[0] = {above[0].cost + 1, Edit::remove};
      continue;
    }
    const auto offer = [&cell = row[j]](std::int32_t cost, Edit edit) {
      if (cost < cell.cost) cell = {cost, edit};
    };
    const bool equal = hypothesis_[i - 1] == reference_[j - 1];
    offer(above[j - 1].cost + (equal ? 0 : 1), equal ? Edit::keep : Edit::substitute);
    offer(above[j].cost + 1, Edit::remove);
    offer(row[j - 1].cost + 1, Edit::insert);
  }
}

void EditTable::fill(const Sequence& hypothesis) {
  std::size_t kept = 0;
  if (rows_.size() == hypothesis.size() + 1) {
    kept = static_cast<std::size_t>(std::ranges::mismatch(hypothesis_, hypothesis).in1 - hypothesis_.begin());
  } else {
    rows_.resize(hypothesis.size() + 1);
    rows_[0].clear();
    for (std::size_t j = 0; j <= reference_.size(); ++j) rows_[0].push_back({static_cast<std::int32_t>(j), Edit::insert});
  }
  hypothesis_ = hypothesis;
  for (std::size_t i = kept + 1; i < rows_.size(); ++i) fill_row(i, hypothesis.size());
}

std::int64_t EditTable::edits(const Sequence& hypothesis) {
  fill(hypothesis);
  return rows_.back().back().cost;
}

/// The edits that make the hypothesis into the reference, from its start.
std::vector<EditTable::Edit> EditTable::path(std::size_t hyp_len) const {
  std::vector<Edit> edits;
  for (std::size_t i = hyp_len, j = reference_.size(); i > 0 || j > 0;) {
    const Edit edit = rows_[i][j].edit;
    if (edit == Edit::none) throw std::logic_error("TER: the path of edits leaves the beam");
    edits.push_back(edit);
    if (edit != Edit::insert) --i;
    if (edit != Edit::remove) --j;
  }
  std::ranges::reverse(edits);
  return edits;
}

Alignment EditTable::alignment(const Sequence& hypothesis) {
  fill(hypothesis);
  Alignment alignment;
  for (const Edit edit : path(hypothesis.size())) {
    const bool wrong = edit != Edit::keep;
    if (edit != Edit::insert) alignment.hypothesis_wrong.push_back(wrong);
    if (edit == Edit::remove) continue;
    alignment.hypothesis_of.push_back(static_cast<std::int64_t>(alignment.hypothesis_wrong.size()) - 1);
    alignment.reference_wrong.push_back(wrong);
  }
  return alignment;
}

}  // namespace synthbench
