#include "tasks/text/lexicon.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "harness/base/error.h"

namespace synthbench {

Lexicon::Lexicon(const SymbolCounts& counts, std::int64_t limit, std::string unknown) {
  if (limit < 2) throw UserError(fmt::format("data.vocab is {}: at least 2 is needed", limit));
  std::vector<std::pair<std::string_view, std::int64_t>> ranked;
  for (const auto& [symbol, count] : counts) {
    if (symbol != unknown) ranked.emplace_back(symbol, count);
  }
  std::ranges::sort(ranked, [](const auto& a, const auto& b) { return std::tie(b.second, a.first) < std::tie(a.second, b.first); });
  symbols_.push_back(std::move(unknown));
  for (const auto& [symbol, count] : ranked) {
    if (size() == limit) break;
    ids_.emplace(symbol, static_cast<std::int32_t>(size()));
    symbols_.emplace_back(symbol);
  }
}

std::int32_t Lexicon::id(std::string_view symbol) const {
  const auto found = ids_.find(symbol);
  return found == ids_.end() ? kUnknown : found->second;
}

}  // namespace synthbench
