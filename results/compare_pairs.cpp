#include "results/compare_pairs.h"

#include <algorithm>
#include <map>
#include <set>

namespace synthbench {
namespace {

using Keys = std::vector<std::string>;

const char* named_key(ComparedSide::Kind kind) {
  return kind == ComparedSide::Kind::backend ? "backend" : kind == ComparedSide::Kind::variant ? "variant" : "";
}

Keys keys_of(const ConfigFacts& row, ComparedSide::Kind kind) {
  Keys keys;
  for (const auto& [key, value] : row.config.items()) {
    if (key != named_key(kind)) keys.push_back(key);
  }
  return keys;  // sorted, as Json is
}

/// What has to be equal, as one text. The keys are part of it: a config without a key is not one where it is null.
std::string projected(const ConfigFacts& row, const Keys& keys) {
  Json out = Json::array({row.build, row.env});
  for (const std::string& key : keys) out.push_back({key, row.config.at(key)});
  return out.dump();
}

/// Rows by what they say of some keys, made once for each list of keys.
class Index {
 public:
  explicit Index(const CellSet& cells, ComparedSide::Kind kind) {
    for (const ConfigFacts& row : cells.rows) by_keys_[keys_of(row, kind)].push_back(&row);
  }
  const std::map<Keys, std::vector<const ConfigFacts*>>& by_keys() const { return by_keys_; }

  /// Rows with exactly the keys `own` that say of `keys` what the text says.
  const std::vector<const ConfigFacts*>* find(const Keys& own, const Keys& keys, const std::string& text) {
    auto [place, is_new] = made_.try_emplace({own, keys});
    if (is_new) {
      for (const ConfigFacts* row : by_keys_.at(own)) place->second[projected(*row, keys)].push_back(row);
    }
    const auto found = place->second.find(text);
    return found == place->second.end() ? nullptr : &found->second;
  }

 private:
  std::map<Keys, std::vector<const ConfigFacts*>> by_keys_;
  std::map<std::pair<Keys, Keys>, std::map<std::string, std::vector<const ConfigFacts*>>> made_;
};

}  // namespace

std::vector<RowPair> pair_rows(const CellSet& a, const CellSet& b, ComparedSide::Kind kind) {
  Index index(b, kind);
  std::vector<RowPair> pairs;
  std::set<const ConfigFacts*> met;
  for (const ConfigFacts& row : a.rows) {
    const Keys keys = keys_of(row, kind);
    bool alone = true;
    for (const auto& [other, rows] : index.by_keys()) {
      if (kind != ComparedSide::Kind::variant && other != keys) continue;
      Keys common;
      std::ranges::set_intersection(keys, other, std::back_inserter(common));
      const auto* found = index.find(other, common, projected(row, common));
      if (found == nullptr) continue;
      for (const ConfigFacts* match : *found) {
        pairs.push_back({&row, match});
        met.insert(match);
        alone = false;
      }
    }
    if (alone) pairs.push_back({&row, nullptr});
  }
  for (const ConfigFacts& row : b.rows) {
    if (!met.contains(&row)) pairs.push_back({nullptr, &row});
  }
  return pairs;
}

Json key_of(const RowPair& pair, const TableAxes& axes, ComparedSide::Kind kind) {
  Json key = Json::object();
  const auto take = [&](const std::string& name) {
    for (const ConfigFacts* row : {pair.a, pair.b}) {
      if (row == nullptr || key.contains(name)) continue;
      const auto found = row->config.find(name);
      if (found != row->config.end()) key[name] = *found;
    }
  };
  take("seq_len");
  for (const std::string& name : axes.columns) {
    if (name != named_key(kind) && name != "max_len") take(name);
  }
  return key;
}

}  // namespace synthbench
