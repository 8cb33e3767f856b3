#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/results/fixtures.h"

/// A sweep of speed cells and trainings with known times and perplexities.
namespace synthbench {

inline CellRow trained(const std::string& variant, std::int64_t seed, std::int64_t ordinal, std::int64_t params) {
  CellRow cell =
      a_cell({{"kind", "train"}, {"variant", variant}, {"task", "lm"}, {"data.name", "plays"}, {"train.steps", 300}}, seed, ordinal);
  cell.params = params;
  return cell;
}

inline AttemptResult learnt(double ppl) {
  AttemptResult result = ended("done", "");
  result.kernel = "fused";
  const auto metric = [&](const char* name, const char* unit, const char* better, const char* split, double value) {
    MetricRow row{.name = name, .unit = unit, .better = better, .split = split};
    row.value = value;
    result.metrics.push_back(row);
  };
  metric("ppl", "ppl/token", "lower", "valid", ppl + 1);
  metric("ppl", "ppl/token", "lower", "test", ppl);
  metric("ppl_unigram", "ppl/token", "lower", "test", 22.5);
  metric("ppl_bigram", "ppl/token", "lower", "test", 11.25);
  metric("parameters_bigram", "1", "none", "", 4225);
  metric("steps_per_s", "steps/s", "higher", "", 12.5);
  return result;
}

/// Launches around a time: each process has its own level, its samples spread a little.
inline std::vector<std::vector<double>> launches(double seconds, std::mt19937_64& random) {
  std::vector<std::vector<double>> out;
  for (int process = 0; process < 4; ++process) {
    const double level = seconds * std::normal_distribution<double>(1, 0.002)(random);
    out.emplace_back();
    for (int i = 0; i < 15; ++i) out.back().push_back(level * std::normal_distribution<double>(1, 0.003)(random));
  }
  return out;
}

inline const std::map<std::string, double> kTimes = {{"vanilla", 2e-3}, {"random", 1e-3}, {"dense", 3e-3}, {"dense+vanilla", 4e-3}};
inline const std::map<std::string, double> kPerplexity = {{"vanilla", 6.0}, {"random", 6.3}, {"dense", 5.9}};

/// Speed cells of four variants (one crashes) at two lengths, trainings of three, two seeds each, and an exclusion.
inline std::vector<CellRow> sweep_cells() {
  std::vector<CellRow> cells;
  const auto next = [&] { return static_cast<std::int64_t>(cells.size()) + 1; };
  for (const std::int64_t length : {128, 512}) {
    for (const char* variant : {"vanilla", "random", "dense", "dense+vanilla"}) {
      for (const std::int64_t seed : {0, 1}) cells.push_back(a_cell({{"variant", variant}, {"seq_len", length}}, seed, next()));
    }
  }
  for (const char* variant : {"vanilla", "random", "dense"}) {
    for (const std::int64_t seed : {0, 1}) cells.push_back(trained(variant, seed, next(), variant == std::string("random") ? 4096 : 8192));
  }
  cells.push_back(a_cell({{"variant", "random"}, {"seq_len", 9999}}, 0, next()));
  cells.back().state = "excluded";
  cells.back().reason = "too long";
  return cells;
}

inline void finish(Sweep& sweep) {
  std::mt19937_64 random(5);
  sweep.finish_all([&](const Store::CellState& cell) {
    const std::string variant = cell.config["variant"];
    if (cell.config["kind"] == "train") return learnt(kPerplexity.at(variant) + 0.1 * static_cast<double>(cell.seed));
    if (variant == "dense+vanilla") return ended("crashed", "SIGSEGV");
    AttemptResult result = timed(launches(kTimes.at(variant) * cell.config["seq_len"].get<double>() / 128, random));
    result.noisy = variant == "dense" && cell.seed == 1;
    return result;
  });
}

}  // namespace synthbench
