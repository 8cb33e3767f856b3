#include "results/table_lines.h"

#include <algorithm>
#include <set>

namespace synthbench {
namespace {

/// The value of a key; null where the config has none.
const Json& value_at(const Json& config, const std::string& key) {
  static const Json kNone;
  const auto found = config.find(key);
  return found == config.end() ? kNone : *found;
}

void add_differing(const Json& a, const Json& b, std::set<std::string>& keys) {
  for (const auto& [key, value] : a.items()) {
    if (value_at(b, key) != value) keys.insert(key);
  }
  for (const auto& [key, value] : b.items()) {
    if (!a.contains(key)) keys.insert(key);
  }
}

}  // namespace

std::vector<std::pair<const TableRow*, const TableColumn*>> places_of(const TableSpec& spec, const Json& config) {
  std::vector<std::pair<const TableRow*, const TableColumn*>> out;
  if (!holds(spec.where, config)) return out;
  for (const TableRow& row : spec.rows) {
    if (!row.where || !holds(row.where, config)) continue;
    for (const TableColumn& column : spec.columns) {
      if (!column.metric.empty() && holds(column.where, config)) out.emplace_back(&row, &column);
    }
  }
  return out;
}

Lines::Lines(const TableSpec& spec, const TableAxes& axes, const std::vector<ConfigFacts>& configs,
             const std::function<std::string(std::size_t config, const TableColumn& column)>& number_of)
    : configs_(configs) {
  for (const TableRow& row : spec.rows) mentioned_.emplace_back(&row, std::vector<Mentioned>());
  for (std::size_t config = 0; config < configs.size(); ++config) {
    for (const auto& [row, column] : places_of(spec, configs[config].config)) {
      std::vector<Mentioned>& of_row = mentioned_[static_cast<std::size_t>(row - spec.rows.data())].second;
      if (of_row.empty() || of_row.back().config != config) of_row.push_back({config, {}});
      of_row.back().columns.push_back(column);
    }
  }
  find_loose_keys(axes);
  make_lines();
  std::map<std::pair<std::size_t, const TableColumn*>, std::string> numbers;
  const auto known = [&](std::size_t config, const TableColumn& column) -> const std::string& {
    const auto [place, is_new] = numbers.try_emplace({config, &column});
    if (is_new) place->second = number_of(config, column);
    return place->second;
  };
  for (std::size_t key = loose_.size(); key-- > 0;) {
    if (!is_idle(key, known)) continue;
    loose_.erase(loose_.begin() + static_cast<std::ptrdiff_t>(key));
    make_lines();
  }
  for (const std::string& key : loose_) {
    everywhere_.push_back(std::ranges::all_of(configs_, [&](const ConfigFacts& config) { return config.config.contains(key); }));
  }
}

/// Keys in which configs of one place differ, in the order in which people name them.
void Lines::find_loose_keys(const TableAxes& axes) {
  std::set<std::string> differing;
  for (const auto& [row, of_row] : mentioned_) {
    std::map<const TableColumn*, const Json*> first;
    for (const Mentioned& one : of_row) {
      const Json& config = configs_[one.config].config;
      for (const TableColumn* column : one.columns) {
        const auto [place, is_new] = first.try_emplace(column, &config);
        if (!is_new) add_differing(*place->second, config, differing);
      }
    }
  }
  for (const std::string& key : axes.columns) {
    if (differing.contains(key)) loose_.push_back(key);
  }
}

void Lines::make_lines() {
  lines_.clear();
  for (const auto& [row, of_row] : mentioned_) {
    std::map<std::string, std::size_t> known;
    for (const Mentioned& one : of_row) {
      const ConfigFacts& config = configs_[one.config];
      const auto [place, is_new] = known.try_emplace(projected(config, loose_), lines_.size());
      if (is_new) {
        lines_.push_back({.row = row, .build = config.build, .env = config.env});
        for (const std::string& key : loose_) lines_.back().loose.push_back(value_at(config.config, key));
      }
      for (const TableColumn* column : one.columns) lines_[place->second].configs.try_emplace(column, one.config);
    }
    if (of_row.empty()) lines_.push_back({.row = row, .loose = std::vector<Json>(loose_.size())});
  }
}

bool Lines::is_idle(std::size_t key,
                    const std::function<const std::string&(std::size_t config, const TableColumn& column)>& number_of) const {
  std::map<std::string, std::string> numbers;
  return std::ranges::all_of(lines_, [&](const Line& line) {
    Json rest = line.loose;
    rest.erase(key);
    rest.push_back({line.build, line.env});
    const std::string place = line.row->label + rest.dump();
    return std::ranges::all_of(line.configs, [&](const auto& one) {
      const std::string& number = number_of(one.second, *one.first);
      return numbers.try_emplace(place + one.first->name, number).first->second == number;
    });
  });
}

std::string Lines::compared_with(const Line& line) const {
  Json out = Json::array({line.build, line.env});
  for (std::size_t i = 0; i < loose_.size(); ++i) {
    if (everywhere_[i]) out.push_back(line.loose[i]);
  }
  return out.dump();
}

}  // namespace synthbench
