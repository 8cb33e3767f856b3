// Buckets as in tensor2tensor's data_reader, which the paper trains with: limits grow by a tenth from 8, a batch of a bucket has
// batch_tokens / limit rows. What is left over of a bucket moves into the next longer one, so that one batch of an epoch at
// most is smaller than it could be. Source: Vaswani et al., Tensor2Tensor for Neural Machine Translation, 2018.
#include "tasks/text/length_buckets.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "tasks/text/shuffled.h"

namespace synthbench {
namespace {

constexpr std::int64_t kShortestLimit = 8;

std::vector<std::int64_t> limits_up_to(std::int64_t longest) {
  std::vector<std::int64_t> limits;
  for (std::int64_t limit = kShortestLimit; limit < longest; limit = std::max(limit + 1, limit * 11 / 10)) limits.push_back(limit);
  limits.push_back(std::max<std::int64_t>(longest, 1));
  return limits;
}

}  // namespace

LengthBuckets::LengthBuckets(std::vector<PairLength> lengths, std::int64_t batch_tokens)
    : lengths_(std::move(lengths)), batch_tokens_(batch_tokens) {
  std::int64_t longest = 0;
  for (const PairLength& length : lengths_) longest = std::max(longest, length.longer());
  if (longest > batch_tokens) {
    throw UserError(fmt::format("train.batch_tokens is {}: the longest example alone has {} tokens", batch_tokens, longest));
  }
  limits_ = limits_up_to(longest);
}

std::vector<std::vector<std::int64_t>> LengthBuckets::epoch(std::uint64_t seed, std::int64_t epoch) const {
  const auto round = static_cast<std::uint64_t>(epoch);
  std::vector<std::vector<std::int64_t>> buckets(limits_.size());
  for (const std::int64_t example : shuffled(std::ssize(lengths_), seed, 2 * round)) {
    const std::int64_t length = lengths_[static_cast<std::size_t>(example)].longer();
    buckets[static_cast<std::size_t>(std::ranges::lower_bound(limits_, length) - limits_.begin())].push_back(example);
  }
  std::vector<std::vector<std::int64_t>> batches;
  std::vector<std::int64_t> batch;
  for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket) {
    const auto rows = static_cast<std::size_t>(batch_tokens_ / limits_[bucket]);
    // What came from shorter buckets may already be as many rows as this one allows.
    for (const std::int64_t example : buckets[bucket]) {
      if (batch.size() >= rows) batches.push_back(std::exchange(batch, {}));
      batch.push_back(example);
    }
  }
  if (!batch.empty()) batches.push_back(std::move(batch));
  std::vector<std::vector<std::int64_t>> mixed;
  for (const std::int64_t index : shuffled(std::ssize(batches), seed, 2 * round + 1))
    mixed.push_back(std::move(batches[static_cast<std::size_t>(index)]));
  return mixed;
}

}  // namespace synthbench
