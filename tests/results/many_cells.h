#pragma once

#include <functional>
#include <memory>
#include <string>

#include "results/exchange.h"
#include "tests/results/fixtures.h"

/// Databases as large as years of use, written in one batch.
namespace synthbench {

inline constexpr std::int64_t kSeedsOfMany = 10;
inline constexpr const char* kVariantsOfMany[] = {"vanilla", "random", "dense", "random+vanilla", "dynconv"};

/// Ten seeds of each config: five variants at one length after the other. 12 metrics and 30 samples a cell.
inline CellRow speed_cell_of_many(std::int64_t at) {
  const std::int64_t config = at / kSeedsOfMany;
  return a_cell({{"variant", kVariantsOfMany[config % 5]}, {"seq_len", 16 * (config / 5 + 1)}}, at % kSeedsOfMany, at + 1);
}
inline CellRow training_of_many(std::int64_t at) {
  CellRow cell = speed_cell_of_many(at);
  Json config = cell.config;
  config.update({{"kind", "train"}, {"task", "lm"}, {"data.name", "plays"}, {"train.steps", 300}});
  return a_cell(config, cell.seed, cell.ordinal);
}
inline AttemptResult speed_result_of_many() {
  return timed({std::vector<double>(10, 1e-3), std::vector<double>(10, 1.1e-3), std::vector<double>(10, 0.9e-3)});
}
inline AttemptResult training_result_of_many(std::int64_t at) {
  AttemptResult result = ended("done", "");
  const double jitter = 1e-3 * static_cast<double>((at * 7919) % 101);
  result.metrics.push_back({.name = "ppl", .unit = "ppl/token", .better = "lower", .split = "test", .value = 40 + jitter});
  result.metrics.push_back({.name = "loss", .unit = "nats/token", .better = "lower", .split = "test", .value = 3.7 + jitter});
  result.metrics.push_back({.name = "steps_per_s", .unit = "steps/s", .better = "higher", .value = 12 + jitter});
  return result;
}

/// Adds finished cells to a database as a sweep of its own.
inline std::unique_ptr<Store> filled(const std::string& path, std::int64_t cells, const std::function<CellRow(std::int64_t)>& cell,
                                     const std::function<AttemptResult(std::int64_t)>& result, const std::string& sweep = "many") {
  ExchangeLine line;
  line.sweep.name = sweep;
  line.build = a_build();
  line.env = a_machine();
  auto store = Store::open_to_write(path);
  std::int64_t at = 0;
  store->import_lines([&]() -> std::optional<ExchangeLine> {
    if (at == cells) return std::nullopt;
    line.cell = cell(at);
    line.result = result(at);
    for (int extra = 0; extra < 9; ++extra) {
      line.result.metrics.push_back({.name = "metric" + std::to_string(extra), .unit = "s", .better = "lower", .value = 1e-3});
    }
    line.uid = sha256(sweep + std::to_string(at));
    line.started_at = line.ended_at = "2026-11-24T05:58:01.123Z";
    ++at;
    return line;
  });
  return store;
}

}  // namespace synthbench
