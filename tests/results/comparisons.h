#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "results/compare.h"
#include "tests/results/fixtures.h"
#include "tests/results/trained_sweep.h"

/// Made-up sweeps, and their comparison.
namespace synthbench {

/// One sweep with a time for each length; no time: the cell crashes.
inline void measure(const std::string& path, const std::string& name, const std::map<std::int64_t, double>& times, std::mt19937_64& random,
                    const BuildRow& build = a_build(), const EnvRow& machine = a_machine()) {
  std::vector<CellRow> cells;
  for (const auto& [length, seconds] : times) cells.push_back(a_cell({{"seq_len", length}}, 0, std::ssize(cells) + 1));
  Sweep sweep(path, cells, name, build, machine);
  sweep.finish_all([&](const Store::CellState& cell) {
    const double seconds = times.at(cell.config["seq_len"].get<std::int64_t>());
    return seconds > 0 ? timed(launches(seconds, random)) : ended("crashed", "SIGSEGV");
  });
}

inline ComparisonTable compared(const std::string& path, const std::string& a, const std::string& b, CompareOptions options = {}) {
  const auto store = Store::open_to_read(path);
  return compare(*store, side_named(*store, a, {}), side_named(*store, b, {}), options);
}

inline std::map<std::int64_t, Comparison> by_length(const ComparisonTable& table) {
  std::map<std::int64_t, Comparison> out;
  for (const Comparison& row : table.rows) out[row.key.at("seq_len").get<std::int64_t>()] = row;
  return out;
}

/// Trainings of vanilla and random over seeds, by what `result` gives for each, and their comparison.
template <typename MakeResult>
Comparison compared_trainings(std::int64_t seeds, const CompareOptions& options, MakeResult result) {
  TempFolder folder;
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "random"}) {
    for (std::int64_t seed = 0; seed < seeds; ++seed) cells.push_back(trained(variant, seed, std::ssize(cells) + 1, 4096));
  }
  Sweep sweep(folder / "r.db", cells);
  sweep.finish_all([&](const Store::CellState& cell) { return result(cell.config["variant"] == "random", cell.seed); });
  return compared(folder / "r.db", "vanilla", "random", options).rows.at(0);
}

inline AttemptResult scored(const std::string& name, double value, const std::string& better, const std::string& signature = "") {
  AttemptResult result = ended("done", "");
  MetricRow row{.name = name, .signature = signature, .unit = "1", .better = better, .split = "test"};
  row.value = value;
  result.metrics.push_back(row);
  return result;
}

}  // namespace synthbench
