#include "tasks/text/token_windows.h"

#include "tasks/counter_random.h"

namespace synthbench {

void TokenWindows::append(Batch& batch, std::int64_t start) const {
  for (std::int64_t place = start; place < start + length; ++place) {
    const bool real = place < targets();
    batch.inputs.push_back(real ? tokens[static_cast<std::size_t>(place)] : 0);
    batch.targets.push_back(real ? tokens[static_cast<std::size_t>(place) + 1] : Batch::kIgnored);
  }
  ++batch.rows;
}

Batch TokenWindows::in_order(std::int64_t first, std::int64_t rows) const {
  Batch batch;
  batch.cols = length;
  for (std::int64_t window = first; window < first + rows; ++window) append(batch, window * length);
  return batch;
}

Batch TokenWindows::drawn(std::int64_t rows, std::int64_t step, std::uint64_t seed) const {
  Batch batch;
  batch.cols = length;
  const auto places = static_cast<std::uint64_t>(targets() - length + 1);
  for (std::int64_t row = 0; row < rows; ++row) {
    append(batch,
           static_cast<std::int64_t>(random_below(places, {seed, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(row)})));
  }
  return batch;
}

}  // namespace synthbench
