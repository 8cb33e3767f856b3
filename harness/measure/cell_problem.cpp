#include "harness/measure/cell_problem.h"

#include <algorithm>
#include <random>

#include "harness/base/processors.h"

namespace synthbench {

int threads_of(const Config& config, int instead) {
  if (instead > 0) return instead;
  if (config.has("threads") && config.integer("threads") > 0) return static_cast<int>(config.integer("threads"));
  return std::max(1, static_cast<int>(allowed_processors().size()));
}

std::vector<std::int32_t> key_lengths_of(const Config& config, std::int64_t seed) {
  if (config.text("key_lengths") == "full") return {};
  std::mt19937_64 draw(static_cast<std::uint64_t>(seed));
  std::vector<std::int32_t> lengths;
  for (std::int64_t b = 0; b < config.integer("batch"); ++b) {
    lengths.push_back(static_cast<std::int32_t>(1 + draw() % static_cast<std::uint64_t>(config.integer("seq_len"))));
  }
  return lengths;
}

Problem problem_of(const Config& config, std::int64_t seed, int threads) {
  const std::int64_t length = config.integer("seq_len"), batch = config.integer("batch");
  ProblemOptions options;
  options.dtype = dtype_named(config.text("dtype"));
  options.seed = static_cast<std::uint64_t>(seed);
  options.causal = config.flag("causal");
  options.key_lengths = key_lengths_of(config, seed);
  if (config.has("model.dropout")) options.dropout = {config.number("model.dropout"), options.seed};  // of a whole model's step
  options.threads = threads_of(config, threads);
  options.needs_grad = config.text("direction") != "fwd";
  const bool as_benchmarks = config.text("scope") == "attend" && place_of(config) == Place::host;
  options.heads = as_benchmarks ? Heads::apart : Heads::side_by_side;
  return Problem(config.mixture(), {batch, config.integer("heads"), length, length, config.integer("head_dim")}, options);
}

Place place_of(const Config& config) { return config.text("device") == "cpu" ? Place::host : Place::cuda; }

Config shrunk(const Config& config, std::int64_t batch, std::int64_t heads, std::int64_t seq_len) {
  Json json = config.json();
  const std::int64_t length = config.integer("seq_len");
  seq_len = std::min(seq_len, length);
  heads = std::min(heads, config.integer("heads"));
  json["batch"] = std::min(batch, config.integer("batch"));
  json["heads"] = heads;
  json["d_model"] = heads * config.integer("head_dim");
  json["seq_len"] = seq_len;
  if (config.has("window") && config.integer("window") < length) {  // a band that hides something still does
    json["window"] = std::max<std::int64_t>(1, config.integer("window") * seq_len / length);
  }
  if (config.has("max_len")) json["max_len"] = config.integer("max_len") - length + seq_len;
  return Config(json);
}

}  // namespace synthbench
