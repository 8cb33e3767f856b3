// What a cell says, and the cells of one config together.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "harness/base/plain_text.h"
#include "results/table_cells.h"

namespace synthbench {

const FinalMetric* FinalMetrics::find(std::string_view name) const {
  const auto found = std::ranges::find_if(sorted_, [&](const FinalMetric& one) { return one.definition->name == name; });
  return found == sorted_.end() ? nullptr : &*found;
}

void FinalMetrics::set(FinalMetric metric) {
  const auto name = [](const FinalMetric& one) { return std::string_view(one.definition->name); };
  const auto place = std::ranges::lower_bound(sorted_, name(metric), {}, name);
  if (place != sorted_.end() && name(*place) == name(metric)) {
    *place = std::move(metric);
  } else {
    sorted_.insert(place, std::move(metric));
  }
}

void FinalMetrics::erase(std::string_view name) {
  std::erase_if(sorted_, [&](const FinalMetric& one) { return one.definition->name == name; });
}

const FinalMetric* CellFacts::shown(const std::string& metric) const {
  const FinalMetric* finite = metrics.find(metric);
  return finite != nullptr ? finite : not_finite.find(metric);
}

std::set<Way> CellFacts::ways(const std::string& metric) const {
  std::set<Way> out;
  if (const FinalMetric* one = shown(metric)) out.insert(one->way());
  if (const auto found = set_aside.find(metric); found != set_aside.end()) {
    for (const FinalMetric& other : found->second) out.insert(other.way());
  }
  return out;
}

void CellFacts::show(const std::string& metric, const Way& way) {
  const auto others = set_aside.find(metric);
  if (others == set_aside.end()) return;
  const auto wanted = std::ranges::find(others->second, way, &FinalMetric::way);
  if (wanted == others->second.end()) return;  // it speaks already
  FinalMetrics& from = metrics.contains(metric) ? metrics : not_finite;
  FinalMetrics& to = std::isfinite(wanted->value) ? metrics : not_finite;
  FinalMetric speaks = std::exchange(*wanted, *from.find(metric));
  from.erase(metric);
  to.set(std::move(speaks));
}

void choose_ways(std::vector<ConfigFacts>& rows, const std::function<bool(const Json& config)>& counts) {
  std::set<std::string> in_several;
  for (const ConfigFacts& row : rows) {
    for (const CellFacts& cell : row.done) {
      for (const auto& [name, others] : cell.set_aside) in_several.insert(name);
    }
  }
  for (const std::string& name : in_several) {
    std::map<Way, std::size_t> attempts;
    for (const ConfigFacts& row : rows) {
      if (counts && !counts(row.config)) continue;
      for (const CellFacts& cell : row.done) {
        for (const Way& way : cell.ways(name)) ++attempts[way];
      }
    }
    for (ConfigFacts& row : rows) {
      for (CellFacts& cell : row.done) {
        if (!cell.set_aside.contains(name)) continue;
        const std::set<Way> ways = cell.ways(name);
        cell.show(name, *std::ranges::max_element(ways, {}, [&](const Way& way) { return attempts[way]; }));
      }
    }
  }
}

std::vector<double> ConfigFacts::values(const std::string& metric) const {
  std::vector<double> out;
  for (const CellFacts& cell : done) {
    if (const FinalMetric* found = cell.metrics.find(metric)) out.push_back(found->value);
  }
  return out;
}

std::map<std::int64_t, double> ConfigFacts::by_seed(const std::string& metric) const {
  std::map<std::int64_t, double> out;
  for (const CellFacts& cell : done) {
    if (const FinalMetric* found = cell.metrics.find(metric)) out[cell.seed] = found->value;
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
    if (const FinalMetric* found = cell.metrics.find(metric)) out.insert(found->definition->signature);
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
  using Seeds = std::vector<std::pair<std::int64_t, const FinalMetric*>>;
  const auto by_seed = [&](const ConfigFacts& row) {
    Seeds out;
    for (const CellFacts& cell : row.done) {
      if (const FinalMetric* found = cell.metrics.find(metric)) out.emplace_back(cell.seed, found);
    }
    std::ranges::sort(out, {}, &Seeds::value_type::first);
    return out;
  };
  CommonSeeds out;
  const Seeds of_other = by_seed(other);
  auto its = of_other.begin();
  const std::string* way = nullptr;
  for (const auto& [seed, mine] : by_seed(one)) {
    while (its != of_other.end() && its->first < seed) ++its;
    if (its == of_other.end() || its->first != seed) continue;
    out.seeds.push_back(seed);
    out.one.push_back(mine->value);
    out.other.push_back(its->second->value);
    if (way == nullptr) way = &mine->definition->signature;
    out.one_way = out.one_way && mine->definition->signature == *way && its->second->definition->signature == *way;
  }
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
  std::string out = fmt::format("{},{}", row.build, row.env);
  for (const std::string& key : keys) {
    const auto found = row.config.find(key);
    if (found == row.config.end()) {
      out += ",null";
    } else if (found->is_string()) {  // its length says where it ends
      const auto& text = found->get_ref<const std::string&>();
      fmt::format_to(std::back_inserter(out), ",{}:{}", text.size(), text);
    } else {
      out += ',';
      out += found->dump();
    }
  }
  return out;
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
    own += (own.empty() ? "" : ", ") + key + " " + plain_text(row.config.at(key));
  }
  return row.text("variant") + (own.empty() ? "" : " (" + own + ")");
}

}  // namespace synthbench
