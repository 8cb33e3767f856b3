#include "results/compare_pairs.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "results/compare_seeds.h"

namespace synthbench {
namespace {

using Keys = std::vector<std::string>;
using Rows = std::vector<const ConfigFacts*>;

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

/// Rows of one side by what they say of some keys, made once for each list of keys.
class Index {
 public:
  /// by_place: rows of different builds or machines are not equal.
  Index(const CellSet& cells, ComparedSide::Kind kind, bool by_place) : kind_(kind), by_place_(by_place) {
    for (const ConfigFacts& row : cells.rows) by_keys_[keys_of(row, kind)].push_back(&row);
  }

  /// The rows that say the same as one of the other side, of all keys that count.
  Rows matches(const ConfigFacts& row) {
    const Keys keys = keys_of(row, kind_);
    Rows out;
    for (const auto& [own, rows] : by_keys_) {
      if (kind_ != ComparedSide::Kind::variant && own != keys) continue;
      Keys common;
      std::ranges::set_intersection(keys, own, std::back_inserter(common));
      const auto [place, is_new] = made_.try_emplace({own, common});
      if (is_new) {
        for (const ConfigFacts* one : rows) place->second[projected(*one, common)].push_back(one);
      }
      const auto found = place->second.find(projected(row, common));
      if (found != place->second.end()) out.insert(out.end(), found->second.begin(), found->second.end());
    }
    return out;
  }

 private:
  /// What has to be equal, as one text. The keys are part of it: a config without a key is not one where it is null.
  std::string projected(const ConfigFacts& row, const Keys& keys) const {
    Json out = by_place_ ? Json::array({row.build, row.env}) : Json::array();
    for (const std::string& key : keys) out.push_back({key, row.config.at(key)});
    return out.dump();
  }

  ComparedSide::Kind kind_;
  bool by_place_;
  std::map<Keys, Rows> by_keys_;
  std::map<std::pair<Keys, Keys>, std::map<std::string, Rows>> made_;
};

}  // namespace

std::vector<RowPair> pair_rows(const CellSet& a, const CellSet& b, ComparedSide::Kind kind) {
  Index there(b, kind, true), anywhere(b, kind, false), anywhere_in_a(a, kind, false);
  std::vector<Rows> partners;
  std::set<const ConfigFacts*> met;
  for (const ConfigFacts& row : a.rows) {
    partners.push_back(there.matches(row));
    if (!partners.back().empty()) met.insert(&row);
    met.insert(partners.back().begin(), partners.back().end());
  }
  // Where the other side has it on another build or machine alone. What a grid left out in one place, or what is still to run, has
  // nothing to say of rows that have met their like.
  const auto elsewhere = [&](const ConfigFacts& row, Index& others) {
    Rows found = others.matches(row);
    const bool ran_nowhere = row.done.empty() && row.build == 0;
    if (ran_nowhere || is_left_out(row)) std::erase_if(found, [&](const ConfigFacts* other) { return met.contains(other); });
    return found;
  };
  std::vector<RowPair> pairs;
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    const ConfigFacts& row = a.rows[i];
    if (partners[i].empty()) partners[i] = elsewhere(row, anywhere);
    if (partners[i].empty()) pairs.push_back({&row, nullptr});
    for (const ConfigFacts* other : partners[i]) {
      pairs.push_back({&row, other});
      met.insert({&row, other});
    }
  }
  for (const ConfigFacts& row : b.rows) {
    if (met.contains(&row)) continue;
    const Rows found = elsewhere(row, anywhere_in_a);
    if (found.empty()) pairs.push_back({nullptr, &row});
    for (const ConfigFacts* other : found) pairs.push_back({other, &row});
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
