#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace synthbench {

/// Documents one behind another, each closed by `end` (SpecialTokens::eos): the row from which windows of one length are cut
/// (TokenWindows), so that no place is padding. A window may hold the end of one document and the start of the next.
/// No document may hold `end`: std::invalid_argument.
std::vector<std::int32_t> packed(std::span<const std::vector<std::int32_t>> documents, std::int32_t end);

/// The documents again. What stands behind the last `end` is a document too, unless it is nothing.
std::vector<std::vector<std::int32_t>> unpacked(std::span<const std::int32_t> row, std::int32_t end);

/// How much of its examples a task leaves out because they are longer than the model takes.
struct Truncation {
  std::int64_t examples = 0, cut_examples = 0;  ///< all that were looked at; those that lost something
  std::int64_t tokens = 0, cut_tokens = 0;      ///< of all of them, before; what was lost

  /// Leaves the first `most` tokens of an example, and counts.
  void cut(std::vector<std::int32_t>& example, std::int64_t most);
};

}  // namespace synthbench
