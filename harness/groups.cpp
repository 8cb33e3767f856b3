#include "harness/groups.h"

#include <algorithm>
#include <functional>
#include <random>
#include <set>
#include <unordered_map>

namespace synthbench {
namespace {

/// Keys in which the cells of a group may differ: what is compared, and keys that exist for some variants alone.
std::set<std::string, std::less<>> keys_that_vary() {
  std::set<std::string, std::less<>> keys = {"variant", "backend", "rank"};
  for (const auto& [name, variant] : variants()) keys.insert(variant.keys.begin(), variant.keys.end());
  return keys;
}

/// What the cells of a group have in common, hashed: a plan of a million cells keeps no texts. Seeds share a config's hash.
class RestHash {
 public:
  std::size_t of(const PlannedCell& cell) {
    const auto [known, is_new] = by_config_.try_emplace(cell.config_sha, 0);
    if (is_new) known->second = of_config(cell.config);
    return known->second * 1099511628211u + std::hash<std::int64_t>{}(cell.seed);
  }

 private:
  std::size_t of_config(const Config& config) const {
    std::size_t hash = 0;
    for (const auto& [key, value] : config.json().items()) {
      if (!varying_.contains(key)) hash = hash * 1099511628211u + std::hash<std::string>{}(key + "=" + value.dump());
    }
    return hash;
  }

  const std::set<std::string, std::less<>> varying_ = keys_that_vary();
  std::unordered_map<std::string, std::size_t> by_config_;
};

}  // namespace

std::vector<Group> group_cells(const Plan& plan, RunOptions::Order order, std::uint64_t seed) {
  RestHash rest;
  std::vector<Group> groups;
  std::unordered_map<std::size_t, std::size_t> open;  // hash of what is common -> the group that still has room
  std::size_t trainings = SIZE_MAX;
  for (std::int64_t index = 0; index < plan.size(); ++index) {
    const PlannedCell cell = plan.cell(index);
    if (cell.state == "excluded") continue;
    const bool training = cell.config.text("kind") != "speed";
    std::size_t home = SIZE_MAX;
    if (training) {
      if (trainings == SIZE_MAX) {
        trainings = groups.size();
        groups.push_back({true, {}});
      }
      home = trainings;
    } else {
      const std::size_t hash = order == RunOptions::Order::grid ? 0 : rest.of(cell);
      const auto found = order == RunOptions::Order::grid ? open.end() : open.find(hash);
      if (found != open.end() && groups[found->second].cells.size() < kMaxGroup) {
        home = found->second;
      } else {
        home = groups.size();
        groups.emplace_back();
        open[hash] = home;
      }
    }
    groups[home].cells.push_back({index, cell.ordinal});
  }
  if (order == RunOptions::Order::random) {
    std::mt19937_64 draw(seed);
    std::shuffle(groups.begin(), groups.end(), draw);
    for (Group& group : groups) std::shuffle(group.cells.begin(), group.cells.end(), draw);
  }
  return groups;
}

}  // namespace synthbench
