#include "tasks/text/packing.h"

#include <algorithm>
#include <stdexcept>

namespace synthbench {

std::vector<std::int32_t> packed(std::span<const std::vector<std::int32_t>> documents, std::int32_t end) {
  std::vector<std::int32_t> row;
  for (const std::vector<std::int32_t>& document : documents) {
    if (std::ranges::find(document, end) != document.end()) throw std::invalid_argument("[packing] a document holds the id that ends one");
    row.insert(row.end(), document.begin(), document.end());
    row.push_back(end);
  }
  return row;
}

std::vector<std::vector<std::int32_t>> unpacked(std::span<const std::int32_t> row, std::int32_t end) {
  std::vector<std::vector<std::int32_t>> documents;
  for (auto start = row.begin(); start != row.end();) {
    const auto stop = std::find(start, row.end(), end);
    documents.emplace_back(start, stop);
    start = stop == row.end() ? stop : stop + 1;
  }
  return documents;
}

void Truncation::cut(std::vector<std::int32_t>& example, std::int64_t most) {
  const std::int64_t length = std::ssize(example), lost = std::max<std::int64_t>(length - most, 0);
  ++examples;
  tokens += length;
  cut_tokens += lost;
  if (lost == 0) return;
  ++cut_examples;
  example.resize(static_cast<std::size_t>(most));
}

}  // namespace synthbench
