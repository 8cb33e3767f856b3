#include "results/variant_index.h"

#include <algorithm>
#include <iterator>

namespace synthbench {
namespace {

std::string values_at(const Json& config, const std::vector<std::string>& keys) {
  Json out = Json::array();
  for (const std::string& key : keys) out.push_back(config.at(key));
  return out.dump();
}

}  // namespace

void VariantIndex::add(const ConfigFacts& trained, std::size_t number) {
  by_variant_[trained.text("variant")].emplace_back(&trained, number);
  made_.clear();
}

std::vector<std::size_t> VariantIndex::of(const ConfigFacts& timed, const std::vector<std::string>& own) {
  const std::string variant = timed.text("variant");
  const auto [place, is_new] = made_.try_emplace({variant, own});
  if (is_new) {
    for (const auto& [row, number] : by_variant_[variant]) {
      const Json& config = row->config;
      Keys shared;
      std::ranges::copy_if(own, std::back_inserter(shared), [&](const std::string& key) { return config.contains(key); });
      place->second[shared][values_at(config, shared)].push_back(number);
    }
  }
  std::vector<std::size_t> out;
  for (const auto& [shared, by_values] : place->second) {
    const auto found = by_values.find(values_at(timed.config, shared));
    if (found != by_values.end()) std::ranges::copy(found->second, std::back_inserter(out));
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace synthbench
