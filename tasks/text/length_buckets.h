#pragma once

#include <cstdint>
#include <vector>

namespace synthbench {

/// Tokens of an example's two sides; a task with one side leaves the other 0.
struct PairLength {
  std::int64_t source = 0, target = 0;
  std::int64_t longer() const { return source > target ? source : target; }
};

/// Batches of examples of alike lengths, as large as a number of tokens allows: little padding, steps of equal work.
class LengthBuckets {
 public:
  /// batch_tokens: most places of one side of a batch, padding included. Throws UserError when one example alone has more.
  LengthBuckets(std::vector<PairLength> lengths, std::int64_t batch_tokens);

  /// The batches of an epoch, each a list of examples: every example is in one of them. What is in which follows from
  /// (seed, epoch) alone; how many there are is the same for all.
  std::vector<std::vector<std::int64_t>> epoch(std::uint64_t seed, std::int64_t epoch) const;

 private:
  std::vector<PairLength> lengths_;
  std::int64_t batch_tokens_;
  std::vector<std::int64_t> limits_;  ///< longest example of each bucket, rising
};

}  // namespace synthbench
