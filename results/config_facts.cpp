// What the cells of one config say together.
#include <algorithm>

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

bool ConfigFacts::seed_draws_work() const {
  const std::string lengths = text("key_lengths");
  return !lengths.empty() && lengths != "full";
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

CommonSeeds at_common_seeds(const ConfigFacts& one, const ConfigFacts& other, const std::string& metric) {
  const auto by_seed = [&](const ConfigFacts& row) {
    std::map<std::int64_t, const FinalMetric*> out;
    for (const CellFacts& cell : row.done) {
      if (const auto found = cell.metrics.find(metric); found != cell.metrics.end()) out[cell.seed] = &found->second;
    }
    return out;
  };
  CommonSeeds out;
  const auto of_other = by_seed(other);
  std::set<std::string> ways;
  for (const auto& [seed, mine] : by_seed(one)) {
    const auto found = of_other.find(seed);
    if (found == of_other.end()) continue;
    out.seeds.push_back(seed);
    out.one.push_back(mine->value);
    out.other.push_back(found->second->value);
    ways.insert({mine->signature, found->second->signature});
  }
  out.one_way = ways.size() < 2;
  return out;
}

std::vector<std::string> keys_beside_variant(const Json& config) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : config.items()) {
    if (key != "variant" && key != "max_len") keys.push_back(key);
  }
  return keys;
}

std::string projected(const ConfigFacts& row, const std::vector<std::string>& keys) {
  Json out = Json::array({row.build, row.env});
  for (const std::string& key : keys) out.push_back(row.config.value(key, Json()));
  return out.dump();
}

std::vector<std::string> own_keys(const ConfigFacts& row, const ConfigFacts& vanilla) {
  std::vector<std::string> keys = keys_beside_variant(row.config);
  std::erase_if(keys, [&](const std::string& key) { return vanilla.config.contains(key); });
  return keys;
}

std::string title_of(const ConfigFacts& row, const ConfigFacts& vanilla, const std::vector<std::string>& differing) {
  std::string own;
  for (const std::string& key : own_keys(row, vanilla)) {
    if (key != "rank" && std::ranges::find(differing, key) == differing.end()) continue;
    const Json& value = row.config.at(key);
    own += (own.empty() ? "" : ", ") + key + " " + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return row.text("variant") + (own.empty() ? "" : " (" + own + ")");
}

}  // namespace synthbench
