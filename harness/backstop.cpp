#include "harness/backstop.h"

#include <fmt/format.h>

namespace synthbench {
namespace {

/// Everything but the two sizes. Tables grow with max_len, which follows seq_len unless it is named: then it is in both.
std::string rest_of(const Config& config) {
  Json rest = config.json();
  if (config.has("max_len") && config.integer("max_len") == config.integer("seq_len")) rest.erase("max_len");
  rest.erase("seq_len");
  rest.erase("batch");
  return rest.dump();
}

}  // namespace

void Backstop::add(const Config& config, std::int64_t cell_id) {
  observed_[rest_of(config)].push_back({config.integer("seq_len"), config.integer("batch"), cell_id});
}

std::optional<std::string> Backstop::reason(const Config& config) const {
  const auto cell = cell_for(config);
  if (!cell) return std::nullopt;
  return fmt::format("backstop: cell {}", *cell);
}

std::optional<std::int64_t> Backstop::cell_for(const Config& config) const {
  if (observed_.empty()) return std::nullopt;
  const auto found = observed_.find(rest_of(config));
  if (found == observed_.end()) return std::nullopt;
  for (const Observed& oom : found->second) {
    if (config.integer("seq_len") >= oom.seq_len && config.integer("batch") >= oom.batch) return oom.cell_id;
  }
  return std::nullopt;
}

}  // namespace synthbench
