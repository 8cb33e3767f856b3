#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace synthbench {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using SymbolCounts = std::unordered_map<std::string, std::int64_t, TextHash, std::equal_to<>>;

/// The most frequent symbols of a text; id 0 stands for all others.
class Lexicon {
 public:
  static constexpr std::int32_t kUnknown = 0;

  /// At most limit ids, id 0 included; equally frequent symbols in byte order. Throws UserError when limit < 2.
  Lexicon(const SymbolCounts& counts, std::int64_t limit, std::string unknown);

  std::int32_t id(std::string_view symbol) const;
  const std::string& symbol(std::int32_t id) const { return symbols_.at(static_cast<std::size_t>(id)); }
  std::int64_t size() const { return static_cast<std::int64_t>(symbols_.size()); }

 private:
  std::vector<std::string> symbols_;
  std::unordered_map<std::string, std::int32_t, TextHash, std::equal_to<>> ids_;
};

}  // namespace synthbench
