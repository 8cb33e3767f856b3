#include "harness/base/filter.h"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "harness/base/error.h"
#include "results/query.h"
#include "results/store.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

/// A database without results, in a folder that goes away.
class Empty {
 public:
  Empty() {
    const bool fast = std::filesystem::is_directory("/dev/shm");
    std::string pattern = (fast ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path()) / "synthbench-fuzz-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    store_ = Store::open_to_write(folder_ + "/r.db");
  }
  ~Empty() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }
  Empty(const Empty&) = delete;
  Empty& operator=(const Empty&) = delete;
  Store& store() { return *store_; }

 private:
  std::string folder_;
  std::unique_ptr<Store> store_;
};

/// NOT turns yes and no around and leaves unknown, whatever the filter is.
void check_not(const Filter& filter, const std::function<Truth(const Filter&)>& truth_of_leaf) {
  const Truth plain = evaluate(filter, truth_of_leaf);
  const Truth turned = evaluate(Filter{Filter::Not{std::make_shared<const Filter>(filter)}}, truth_of_leaf);
  always(static_cast<int>(plain) + static_cast<int>(turned) == 2, "NOT does not turn the truth around");
}

void fuzz(std::string_view text) {
  static Empty empty;
  static const std::vector<std::string> columns = result_columns(empty.store());
  try {
    const Filter filter = parse_filter(text, columns);
    for (const std::optional<Filter::Value>& value :
         {std::optional<Filter::Value>(), std::optional<Filter::Value>(std::int64_t{8}), std::optional<Filter::Value>("dense")}) {
      check_not(filter, [&](const Filter& leaf) { return test(leaf, value); });
    }
    always(query_filter(empty.store(), std::string(text)).rows.empty(), "a row out of nothing");
  } catch (const UserError& error) {
    check_refusal(error.what());
  }
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
