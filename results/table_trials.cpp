// Rows are matched by what they say of shared keys, each text being made once: 20,000 configs and all claims make millions of pairs.
#include "results/table_trials.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "harness/base/plain_text.h"
#include "harness/base/words.h"
#include "results/quality.h"

namespace synthbench {
namespace {

std::string scale_of(const ConfigFacts& config) {
  std::vector<std::string> words;
  for (const char* key : {"task", "data.name", "model.preset", "seq_len", "train.steps", "backend"}) {
    const auto found = config.config.find(key);
    if (found == config.config.end()) continue;
    const bool named = std::string_view(key) == "seq_len" || std::string_view(key) == "train.steps";
    words.push_back((named ? std::string(key) + " " : "") + plain_text(*found));
  }
  return join(words);
}

/// What rows say of the keys that they share with others, as numbers: equal where they say the same and ran in one place. Keys that
/// belong to a variant differ between variants; all others have to be equal. Made once for each row, as many claims ask.
class SharedKeys {
 public:
  explicit SharedKeys(const std::vector<ConfigFacts>& rows) : rows_(rows) {
    std::map<Keys, std::size_t> known;
    for (const ConfigFacts& row : rows) {
      const auto [place, is_new] = known.try_emplace(keys_beside_variant(row.config), keys_.size());
      if (is_new) keys_.push_back(place->first);
      kinds_.push_back(place->second);
    }
  }

  /// Rows of one kind have the same keys.
  std::size_t kind(std::size_t row) const { return kinds_[row]; }

  /// Of the keys that a row shares with those of a kind.
  std::size_t said(std::size_t row, std::size_t kind) {
    const auto [place, is_new] = said_.try_emplace(std::minmax(kinds_[row], kind));
    Said& here = place->second;
    if (is_new) std::ranges::set_intersection(keys_[kinds_[row]], keys_[kind], std::back_inserter(here.keys));  // JSON's keys are sorted
    const auto [known, first] = here.by_row.try_emplace(row);
    if (first) known->second = here.by_text.try_emplace(projected(rows_[row], here.keys), here.by_text.size()).first->second;
    return known->second;
  }

 private:
  using Keys = std::vector<std::string>;
  struct Said {
    Keys keys{};
    std::unordered_map<std::string, std::size_t> by_text{};
    std::unordered_map<std::size_t, std::size_t> by_row{};
  };
  const std::vector<ConfigFacts>& rows_;
  std::vector<Keys> keys_;          ///< of each kind
  std::vector<std::size_t> kinds_;  ///< of each row
  std::map<std::pair<std::size_t, std::size_t>, Said> said_;
};

/// The right sides of a claim, by what they share with the left ones.
class RightSides {
 public:
  explicit RightSides(SharedKeys& keys) : keys_(keys) {}
  void add(std::size_t row) { by_kind_[keys_.kind(row)].push_back(row); }
  bool empty() const { return by_kind_.empty(); }

  std::vector<std::size_t> beside(std::size_t left) {
    std::vector<std::size_t> out;
    for (const auto& [kind, rows] : by_kind_) {
      const auto [place, is_new] = indexes_.try_emplace({keys_.kind(left), kind});
      auto& index = place->second;
      if (is_new) {
        for (const std::size_t row : rows) index[keys_.said(row, keys_.kind(left))].push_back(row);
      }
      const auto found = index.find(keys_.said(left, kind));
      if (found != index.end()) std::ranges::copy(found->second, std::back_inserter(out));
    }
    return out;
  }

 private:
  SharedKeys& keys_;
  std::map<std::size_t, std::vector<std::size_t>> by_kind_;
  /// By the kinds of both sides, and what they say.
  std::map<std::pair<std::size_t, std::size_t>, std::unordered_map<std::size_t, std::vector<std::size_t>>> indexes_;
};

/// Which rows fulfil filters. What rows say of a filter's columns is read once for all claims that name them, and tested once.
class Filtered {
 public:
  explicit Filtered(const std::vector<ConfigFacts>& rows) : rows_(rows) {}

  std::vector<bool> by(const std::optional<Filter>& filter) {
    const Groups& groups = grouped(filter);
    std::vector<bool> truths, out;
    for (const std::size_t row : groups.first) truths.push_back(holds(filter, rows_[row].config));
    for (const std::size_t group : groups.of_row) out.push_back(truths[group]);
    return out;
  }

 private:
  struct Groups {
    std::vector<std::size_t> of_row{}, first{};  ///< the group of each row; the first row of each group
  };

  const Groups& grouped(const std::optional<Filter>& filter) {
    std::set<std::string> columns;
    if (filter) {
      evaluate(*filter, [&](const Filter& leaf) { return columns.insert(column_of(leaf)), Truth::unknown; });  // unknown: all are asked
    }
    const auto [place, is_new] = groups_.try_emplace({columns.begin(), columns.end()});
    Groups& groups = place->second;
    std::unordered_map<std::string, std::size_t> known;
    for (std::size_t row = 0; is_new && row < rows_.size(); ++row) {
      const auto [group, first] = known.try_emplace(projected(rows_[row], place->first), known.size());
      if (first) groups.first.push_back(row);
      groups.of_row.push_back(group->second);
    }
    return groups;
  }

  const std::vector<ConfigFacts>& rows_;
  std::map<std::vector<std::string>, Groups> groups_;  ///< by columns
};

/// The metric that a claim asks a row for; "quality" is another one in each task, and is looked for once.
class Asked {
 public:
  explicit Asked(const std::vector<ConfigFacts>& rows) : rows_(rows) {}

  const std::string& of(const TableClaim& claim, std::size_t row) {
    if (claim.metric != "quality") return claim.metric;
    while (judges_.size() < rows_.size()) judges_.push_back(judge_of(rows_[judges_.size()]));
    return judges_[row] == nullptr ? claim.metric : judges_[row]->definition->name;
  }

 private:
  const std::vector<ConfigFacts>& rows_;
  std::vector<const FinalMetric*> judges_;
};

bool has_metric(const ConfigFacts& row, const std::string& metric) {
  return std::ranges::any_of(row.done, [&](const CellFacts& cell) { return cell.metrics.contains(metric); });
}

void add_pair(const std::string& metric, const ConfigFacts& a, const ConfigFacts& b, Trial& to) {
  const CommonSeeds common = at_common_seeds(a, b, metric);
  if (!common.one_way) {
    ++to.otherwise;
    return;
  }
  Trial::Pair pair{.a = &a, .b = &b};
  for (std::size_t i = 0; i < common.seeds.size(); ++i) {
    if (common.one[i] <= 0 || common.other[i] <= 0) continue;
    pair.seeds.push_back(common.seeds[i]);
    pair.logs.push_back(std::log(common.one[i] / common.other[i]));
  }
  if (!pair.logs.empty()) to.pairs.push_back(std::move(pair));
}

std::vector<Trial> trials_of(const std::vector<ConfigFacts>& rows, const TableClaim& claim, Filtered& filtered, SharedKeys& keys,
                             Asked& asked) {
  const std::vector<bool> a_side = filtered.by(claim.a), b_side = filtered.by(claim.b), where = filtered.by(claim.where);
  const auto is_on = [&](const std::vector<bool>& side, std::size_t row) {
    return side[row] && where[row] && has_metric(rows[row], asked.of(claim, row));
  };
  RightSides right(keys);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (is_on(b_side, row)) right.add(row);
  }
  std::vector<Trial> out;
  std::unordered_map<std::string, std::size_t> known;  // by scale
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ConfigFacts& a = rows[row];
    if (right.empty() || !is_on(a_side, row)) continue;
    const std::vector<std::size_t> beside = right.beside(row);
    if (beside.empty()) continue;
    const auto [place, is_new] = known.try_emplace(scale_of(a), out.size());
    if (is_new) out.push_back({.scale = place->first});
    for (const std::size_t b : beside) add_pair(asked.of(claim, row), a, rows[b], out[place->second]);
  }
  std::erase_if(out, [](const Trial& trial) { return trial.pairs.empty() && trial.otherwise == 0; });
  return out;
}

}  // namespace

void for_each_claim(const std::vector<ConfigFacts>& rows, const std::vector<TableClaim>& claims,
                    const std::function<void(const TableClaim& claim, const std::vector<Trial>& trials)>& visit) {
  SharedKeys keys(rows);
  Filtered filtered(rows);
  Asked asked(rows);
  for (const TableClaim& claim : claims) visit(claim, trials_of(rows, claim, filtered, keys, asked));
}

}  // namespace synthbench
