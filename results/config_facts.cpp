// What the cells of one config say together.
#include <fmt/format.h>

#include "results/table_cells.h"

namespace synthbench {

std::vector<double> ConfigFacts::values(const std::string& metric) const {
  std::vector<double> out;
  for (const CellFacts& cell : done) {
    const auto found = cell.metrics.find(metric);
    if (found != cell.metrics.end()) out.push_back(found->second.value);
  }
  return out;
}

std::map<std::int64_t, double> ConfigFacts::by_seed(const std::string& metric) const {
  std::map<std::int64_t, double> out;
  for (const CellFacts& cell : done) {
    const auto found = cell.metrics.find(metric);
    if (found != cell.metrics.end()) out[cell.seed] = found->second.value;
  }
  return out;
}

std::set<std::int64_t> ConfigFacts::not_finite(const std::string& metric) const {
  std::set<std::int64_t> out;
  for (const CellFacts& cell : done) {
    if (cell.not_finite.contains(metric)) out.insert(cell.seed);
  }
  return out;
}

std::set<std::string> ConfigFacts::signatures(const std::string& metric) const {
  std::set<std::string> out;
  for (const CellFacts& cell : done) {
    const auto found = cell.metrics.find(metric);
    if (found != cell.metrics.end()) out.insert(found->second.signature);
  }
  return out;
}

std::vector<std::int64_t> ConfigFacts::attempts() const {
  std::vector<std::int64_t> out;
  for (const CellFacts& cell : done) out.push_back(cell.attempt);
  for (const CellFacts& cell : missing) {
    if (done.empty() && cell.attempt != 0) out.push_back(cell.attempt);
  }
  return out;
}

std::string ConfigFacts::absence() const { return missing.empty() ? "n/a" : "n/a (" + missing.front().state + ")"; }

std::string title_of(const ConfigFacts& row) {
  const std::string variant = row.text("variant");
  const auto rank = row.config.find("rank");
  return rank == row.config.end() ? variant : fmt::format("{} (rank {})", variant, rank->dump());
}

}  // namespace synthbench
