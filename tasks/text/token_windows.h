#pragma once

#include <cstdint>
#include <span>

#include "tasks/task.h"

namespace synthbench {

/// Language modelling windows over a row of tokens: each place predicts the next token. Nothing is copied.
struct TokenWindows {
  std::span<const std::int32_t> tokens;
  std::int64_t length = 0;  ///< places of a window (seq_len)

  /// Tokens that are predicted: all but the first.
  std::int64_t targets() const { return static_cast<std::int64_t>(tokens.size()) - 1; }
  /// Windows one behind another that cover the targets; the last one may be padded.
  std::int64_t count() const { return (targets() + length - 1) / length; }

  /// Windows first ... first + rows - 1 in order. Behind the last token stand id 0 and Batch::kIgnored.
  Batch in_order(std::int64_t first, std::int64_t rows) const;
  /// rows windows at places drawn by a hash of (seed, step, row); needs targets() >= length.
  Batch drawn(std::int64_t rows, std::int64_t step, std::uint64_t seed) const;

 private:
  void append(Batch& batch, std::int64_t start) const;
};

}  // namespace synthbench
