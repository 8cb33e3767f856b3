#include "results/table_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <unordered_set>

#include "harness/base/units.h"
#include "harness/base/words.h"
#include "results/held_against_peak.h"
#include "results/quality.h"
#include "results/words_of_sweeps.h"

namespace synthbench {
namespace {

std::string plural(std::size_t count, const std::string& word) { return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s"); }

/// The attempts behind the cells, as a JSON array.
std::string attempts_of(const CellSet& cells) {
  Json attempts = Json::array();
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) attempts.push_back(cell.attempt);
  }
  return attempts.dump();
}

std::string seeds_note(const CellSet& cells) {
  std::set<std::size_t> sizes;
  std::size_t done = 0, all = 0;
  for (const ConfigFacts& row : cells.rows) {
    done += row.done.size();
    all += row.done.size() + row.missing.size();
    if (!row.done.empty()) sizes.insert(row.done.size());
  }
  const std::string n = sizes.empty()       ? "no row has a seed with a result"
                        : sizes.size() == 1 ? fmt::format("n = {}", plural(*sizes.begin(), "seed"))
                                            : fmt::format("n = {} to {} seeds", *sizes.begin(), *sizes.rbegin());
  return fmt::format("{}; {} of {} have a result", n, done, plural(all, "cell"));
}

/// "SIGSEGV (3), exit code 7": the commonest reasons first, at most three.
std::string reasons(const std::vector<const CellFacts*>& cells) {
  std::map<std::string, std::size_t> counts;
  for (const CellFacts* cell : cells) ++counts[cell->reason.empty() ? "no reason given" : cell->reason];
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> parts;
  for (const auto& [reason, count] : sorted) {
    if (parts.size() == 3) break;
    parts.push_back(count == 1 ? reason : fmt::format("{} ({})", reason, count));
  }
  if (sorted.size() > 3) parts.push_back(fmt::format("{} other reasons", sorted.size() - 3));
  return join(parts, "; ");
}

/// "missing: 4 crashed: SIGSEGV (4)", a line for each state.
void add_missing(std::vector<std::string>& notes, const CellSet& cells) {
  std::map<std::string, std::vector<const CellFacts*>> by_state;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.missing) by_state[cell.state].push_back(&cell);
  }
  for (const auto& [state, list] : by_state) {
    const bool waits = state == "pending" || state == "running";
    notes.push_back(fmt::format("missing: {} {}{}", list.size(), state, waits ? "" : ": " + reasons(list)));
  }
  std::vector<const CellFacts*> excluded;
  for (const CellFacts& cell : cells.excluded) excluded.push_back(&cell);
  if (!excluded.empty()) notes.push_back(fmt::format("left out by the grid: {} excluded: {}", excluded.size(), reasons(excluded)));
}

void add_noisy(std::vector<std::string>& notes, const CellSet& cells) {
  std::vector<std::string> ids;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) {
      if (cell.noisy) ids.push_back(fmt::format("c{}", cell.cell));
    }
  }
  if (ids.empty()) return;
  const std::size_t count = ids.size();
  if (count > 8) ids.resize(8), ids.push_back("...");
  notes.push_back(fmt::format("noisy: {} ended at max_time before the interval was narrow enough ({})", plural(count, "cell"), join(ids)));
}

/// Of kernels that end before the next one has been launched, the host's speed is measured.
void add_launch_bound(std::vector<std::string>& notes, const CellSet& cells) {
  constexpr double kMost = 0.9;
  std::vector<std::string> ids;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) {
      const FinalMetric* share = cell.metrics.find("host_share");
      if (share != nullptr && share->value > kMost) ids.push_back(fmt::format("c{}", cell.cell));
    }
  }
  if (!ids.empty()) {
    notes.push_back(
        fmt::format("launch-bound: in {} ({}) the host was launching for more than 90 % of the time, and the device waited for it",
                    plural(ids.size(), "cell"), join(ids)));
  }
}

/// A mean over the other seeds would look better than it is.
void add_not_finite(std::vector<std::string>& notes, const CellSet& cells) {
  std::map<std::string, std::vector<std::string>> by_metric;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) {
      for (const FinalMetric& one : cell.not_finite) by_metric[one.definition->name].push_back(fmt::format("c{}", cell.cell));
    }
  }
  for (const auto& [metric, ids] : by_metric) {
    if (is_peak_share(metric)) continue;  // told by the rate that it is a share of
    if (is_held_against_peak(metric)) {
      notes.push_back(
          fmt::format("impossible: {} of {} ({}) is above 100 % of the machine's measured peak: the count or the clock is wrong", metric,
                      plural(ids.size(), "cell"), join(ids)));
      continue;
    }
    notes.push_back(fmt::format("not finite, and in no mean: {} of {} ({})", metric, plural(ids.size(), "cell"), join(ids)));
  }
}

/// Numbers of one name that were computed in several ways.
void add_signatures(std::vector<std::string>& notes, const CellSet& cells) {
  std::map<std::string, std::set<std::string>> by_metric;
  std::unordered_set<const MetricDefinition*> known;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) {
      for (const FinalMetric& one : cell.metrics) {
        if (known.insert(one.definition.get()).second) by_metric[one.definition->name].insert(one.definition->signature);
      }
    }
  }
  std::map<std::set<std::string>, std::vector<std::string>> by_signatures;  // what was timed in two ways has a dozen metrics
  for (const auto& [metric, signatures] : by_metric) {
    if (signatures.size() > 1) by_signatures[signatures].push_back(metric);
  }
  for (const auto& [signatures, metrics] : by_signatures) {
    std::vector<std::string> ways;
    for (const std::string& signature : signatures) ways.push_back(signature.empty() ? "no signature" : signature);
    notes.push_back(fmt::format("computed in {} ways, which cannot be compared: {} ({})", ways.size(), join(metrics), join(ways, "; ")));
  }
}

/// "tok:13a on test"
std::string way_of(const FinalMetric& metric) {
  const auto& [signature, split] = metric.way();
  const std::string way = signature.empty() ? "no signature" : signature;
  return split.empty() ? way : way + " on " + split;
}

/// Of one attempt a number was computed in several ways: which of them stand aside there. Elsewhere they may be what is shown.
void add_set_aside(std::vector<std::string>& notes, const CellSet& cells, const std::vector<std::string>& metrics) {
  std::map<std::string, std::set<std::string>> by_metric;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) {
      if (cell.set_aside.empty()) continue;
      const auto quality = quality_of(row);
      for (const auto& [metric, ways] : cell.set_aside) {
        const bool judges = quality && quality->metric == metric && std::ranges::find(metrics, "quality") != metrics.end();
        if (!judges && std::ranges::find(metrics, metric) == metrics.end()) continue;
        for (const FinalMetric& way : ways) by_metric[metric].insert(way_of(way));
      }
    }
  }
  for (const auto& [metric, ways] : by_metric) {
    notes.push_back(
        fmt::format("some attempts also have {} in other ways ({}); shown of each is the way that most attempts have, of equals "
                    "the text that sorts first",
                    metric, join(std::vector<std::string>(ways.begin(), ways.end()), "; ")));
  }
}

/// What [match] of the grids warned of when they were planned.
void add_unmatched(std::vector<std::string>& notes, Store& store, const CellSet& cells) {
  if (store.select("SELECT 1 FROM tag WHERE tag=? LIMIT 1", {kUnmatchedTag}).empty()) return;  // spares a search for 200,000 cells
  for (const OrderedJson& row : store.select(R"(SELECT DISTINCT t.note AS note FROM tag t WHERE t.tag=? AND t.sweep_id IN
                                                (SELECT c.sweep_id FROM cell c WHERE c.result_attempt_id IN (SELECT value FROM json_each(?)))
                                                ORDER BY 1)",
                                             {kUnmatchedTag, attempts_of(cells)})) {
    notes.push_back("unequal sizes: " + row["note"].get<std::string>());
  }
}

void add_places(std::vector<std::string>& notes, Store& store, const CellSet& cells) {
  const auto places = places_of(cells);
  std::set<std::int64_t> builds, machines;
  for (const auto& [build, env] : places) builds.insert(build), machines.insert(env);
  for (const std::int64_t env : machines) {
    const auto row = store.select("SELECT * FROM env WHERE env_id=?", {env}).at(0);
    const std::string device = row["device"];
    notes.push_back(fmt::format("machine: {}, {} cores, {}{}, {}, host {}", row["cpu"].get<std::string>(), row["cores"].dump(),
                                format_bytes(row["ram_bytes"].get<double>()), device.empty() ? "" : ", " + device,
                                row["os"].get<std::string>(), row["host"].get<std::string>()));
  }
  for (const std::int64_t build : builds) {
    const auto row = store.select("SELECT * FROM build WHERE build_id=?", {build}).at(0);
    notes.push_back(fmt::format("build: {}{}, synthbench {}, {}, {}", row["git_sha"].get<std::string>().substr(0, 7),
                                row["dirty"] == 1 ? " with local changes" : "", row["tool_version"].get<std::string>(),
                                row["compiler"].get<std::string>(), row["build_type"].get<std::string>()));
  }
  if (places.size() > 1) {
    notes.push_back(
        fmt::format("results of {} and {} stand in this table", plural(builds.size(), "build"), plural(machines.size(), "machine")));
  }
}

void add_dates(std::vector<std::string>& notes, const CellSet& cells) {
  std::set<std::string, std::less<>> days;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) {
      const std::string_view day = std::string_view(cell.ended_at).substr(0, 10);
      if (!days.contains(day)) days.emplace(day);
    }
  }
  if (days.empty()) return;
  notes.push_back("measured: " + *days.begin() + (days.size() == 1 ? "" : " to " + *days.rbegin()));
}

}  // namespace

std::vector<std::string> notes_under(Store& store, const CellSet& cells, const TableAxes& axes, const std::vector<std::string>& metrics) {
  std::vector<std::string> notes = {seeds_note(cells)};
  add_missing(notes, cells);
  add_noisy(notes, cells);
  add_launch_bound(notes, cells);
  add_not_finite(notes, cells);
  add_signatures(notes, cells);
  add_set_aside(notes, cells, metrics);
  if (!axes.more_constants.empty()) notes.push_back("equal in all rows: " + axes.more_constants);
  if (!axes.where_they_apply.empty()) notes.push_back("where they apply: " + axes.where_they_apply);
  add_unmatched(notes, store, cells);
  add_places(notes, store, cells);
  add_dates(notes, cells);
  return notes;
}

void add_process_note(std::vector<std::string>& notes, const std::vector<std::optional<Timing>>& times,
                      const std::vector<std::size_t>& shown) {
  if (times.size() > kMostResampled) {
    const std::string hidden = shown.size() < times.size() ? ", those to compare with among them," : "";
    notes.push_back(fmt::format("no intervals: {} rows{} are more than the {} whose times are resampled (--sweep or --only chooses fewer)",
                                times.size(), hidden, kMostResampled));
  }
  std::set<std::size_t> processes;
  for (const std::size_t row : shown) {
    const auto& timing = times[row];
    if (timing && timing->most_processes > 0) processes.insert({timing->fewest_processes, timing->most_processes});
  }
  if (processes.empty()) return;
  const std::size_t least = *processes.begin(), most = *processes.rbegin();
  const std::string count = least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
  notes.push_back(fmt::format("intervals: 95 %, bootstrap over processes, then samples; {} process{} per cell{}", count,
                              most == 1 ? "" : "es", least == 1 ? ", and one process says nothing about the next" : ""));
}

void add_process_note(std::vector<std::string>& notes, const std::vector<std::optional<Timing>>& times) {
  std::vector<std::size_t> all(times.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  add_process_note(notes, times, all);
}

void add_unchecked_note(std::vector<std::string>& notes, Store& store, const CellSet& cells) {
  const auto rows =
      store.select("SELECT count(*) FROM json_each(?) WHERE NOT EXISTS(SELECT 1 FROM check_result c WHERE c.attempt_id=json_each.value)",
                   {attempts_of(cells)});
  const std::int64_t unchecked = rows.at(0).begin().value();
  if (unchecked > 0) notes.push_back(fmt::format("not checked against the oracle: {} of the cells", unchecked));
}

}  // namespace synthbench
