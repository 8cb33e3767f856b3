#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ablations/config.h"
#include "ablations/vocabulary.h"
#include "harness/base/registry.h"
#include "tasks/text/packing.h"

namespace synthbench {

enum class Split : std::uint8_t { train, valid, test };
std::string_view name(Split split);

/// Token ids of some examples; no LibTorch here: the trunk makes tensors of it. Row-major (rows, cols).
struct Batch {
  std::int64_t rows = 0, cols = 0;
  std::vector<std::int32_t> inputs;   ///< ids
  std::vector<std::int32_t> targets;  ///< what is predicted at each place; kIgnored does not count
  std::vector<std::int32_t> lengths;  ///< real places per row; empty: all
  static constexpr std::int32_t kIgnored = -1;
};

/// A model that is not a network, scored on the same tokens: a row of the same table.
struct CountBaseline {
  std::string name;           ///< "unigram", "bigram"
  double nats_per_token = 0;  ///< on the split of the final metrics
  std::int64_t parameters = 0;
};

/// Data of one task, loaded and tokenised: the same order of examples for the same seed on every backend.
class TaskData {
 public:
  virtual ~TaskData() = default;
  virtual std::int64_t vocabulary() const = 0;
  /// The batch of one optimiser step; depends on (seed, step) alone, so a continued training sees the same.
  virtual Batch train_batch(std::int64_t step, std::uint64_t seed) const = 0;
  /// All of a split, in order, in batches as large as training's.
  virtual std::int64_t eval_batches(Split split) const = 0;
  virtual Batch eval_batch(Split split, std::int64_t index) const = 0;
  /// test where the data has one, else valid.
  virtual Split final_split() const = 0;
  /// Counts for ppl_word and bits_per_byte of a split: words and bytes that the split's targets stand for; 0 where the
  /// metric is undefined.
  virtual std::int64_t words(Split split) const = 0;
  virtual std::int64_t bytes(Split split) const = 0;
  virtual std::vector<CountBaseline> baselines() const = 0;
  /// What examples of a split lost because they are longer than the model takes; absent where nothing is ever cut, as in
  /// running text.
  virtual std::optional<Truncation> truncation(Split) const { return std::nullopt; }
  /// What a reader of the results should know of the data ("one split only, divided 90/5/5 in file order").
  virtual std::vector<std::string> notes() const { return {}; }
};

struct Task {
  /// Loads, tokenises (cached by content hash) and splits. Data errors are UserError with file and line.
  std::function<std::unique_ptr<TaskData>(const Config& config)> load;
};
Registry<Task>& tasks();
/// Adds a task under its name to tasks() and its facts to known_tasks(); returns true.
bool add_task(const std::string& name, TaskFacts facts, Task task);

/// Folder of real data: SYNTHBENCH_DATA (which --data sets); empty where there is none.
std::string data_folder();
/// The samples of the repository, tasks/data: found upwards from the program, else where it was compiled.
std::string shipped_data_folder();

}  // namespace synthbench
