#include "results/llama_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/base/plain_text.h"
#include "harness/base/sha256.h"
#include "results/row_json.h"
#include "results/statistics.h"

namespace synthbench {
namespace {

/// Keys that are not part of what was measured, or that have a name of ours.
constexpr std::string_view kElsewhere[] = {"avg_ns",     "stddev_ns",  "avg_ts",       "stddev_ts",    "samples_ns",
                                           "samples_ts", "test_time",  "build_commit", "build_number", "cpu_info",
                                           "gpu_info",   "model_type", "backends",     "type_k",       "n_threads"};

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) throw MalformedRow(fmt::format("llama-bench: '{}' is missing, or no text", key));
  return found->get<std::string>();
}

std::int64_t count_at(const Json& json, const char* key, std::int64_t least) {
  const auto found = json.find(key);
  if (found == json.end()) throw MalformedRow(fmt::format("llama-bench: '{}' is missing", key));
  if (!is_whole_number(*found) || found->get<std::int64_t>() < least) {
    throw MalformedRow(fmt::format("llama-bench: {} is {}, not a whole number from {} up", key, found->dump(), least));
  }
  return found->get<std::int64_t>();
}

/// Builds print it as a number or as a text.
std::string build_number(const Json& json) { return plain_text(json.value("build_number", Json("unknown"))); }

std::int64_t tokens_of(const Json& json) {
  const std::int64_t tokens = count_at(json, "n_prompt", 0) + count_at(json, "n_gen", 0);
  if (tokens == 0) throw MalformedRow("llama-bench: n_prompt and n_gen are both 0");
  return tokens;
}

Json config_of(const Json& json) {
  Json config = {{"kind", "speed"},
                 {"source", "llama-bench"},
                 {"variant", text_at(json, "model_type")},
                 {"backend", "llama.cpp:" + text_at(json, "backends")},
                 {"dtype", text_at(json, "type_k")},
                 {"scope", "model"},
                 {"direction", "fwd"},
                 {"batch", 1},
                 {"seq_len", tokens_of(json)},
                 {"threads", count_at(json, "n_threads", 0)}};
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(kElsewhere, key) != std::end(kElsewhere) || value.is_structured() || value.is_null()) continue;
    config["llama." + key] = value;
  }
  // The folder of a model says where it was measured, not what.
  if (json.contains("model_filename")) {
    config["llama.model_filename"] = std::filesystem::path(text_at(json, "model_filename")).filename().string();
  }
  return config;
}

MetricRow metric(const char* name, const char* unit, const char* better, double value, std::int64_t n) {
  MetricRow row{.name = name, .unit = unit, .better = better};
  row.value = value;
  row.n = n;
  return row;
}

void add_samples(const Json& samples, double tokens, AttemptResult& result) {
  if (!samples.is_array() || samples.empty()) throw MalformedRow("llama-bench: samples_ns is no list of times");
  std::vector<double> seconds;
  for (const Json& sample : samples) {
    SampleRow row{.phase = "measure", .cache = "hot", .clock = "wall"};
    row.idx = std::ssize(seconds);
    row.total_ns = count_at({{"samples_ns", sample}}, "samples_ns", 1);
    result.samples.push_back(row);
    seconds.push_back(static_cast<double>(row.total_ns) * 1e-9);
  }
  const std::int64_t n = std::ssize(seconds);
  const double middle = median(seconds);
  result.metrics = {metric("median", "s", "lower", middle, n), metric("min", "s", "lower", *std::ranges::min_element(seconds), n),
                    metric("mean", "s", "lower", mean(seconds), n), metric("tokens_per_s", "tokens/s", "higher", tokens / middle, n)};
  if (const auto sd = standard_deviation(seconds)) result.metrics.push_back(metric("sd", "s", "lower", *sd, n));
}

/// Of a row without its samples: what llama-bench computed from them. How many there were is not known.
void add_means(const Json& json, AttemptResult& result) {
  MetricRow average = metric("mean", "s", "lower", static_cast<double>(count_at(json, "avg_ns", 1)) * 1e-9, 0);
  average.n.reset();
  result.metrics = {average};
  if (!json.contains("stddev_ns")) return;
  average.name = "sd";
  average.value = static_cast<double>(count_at(json, "stddev_ns", 0)) * 1e-9;
  result.metrics.push_back(average);
}

}  // namespace

bool is_llama_bench_row(const Json& json) { return json.is_object() && json.contains("n_prompt") && json.contains("n_gen"); }

ExchangeLine llama_bench_line(const Json& json, const ConfigReader& config) {
  ExchangeLine line;
  line.sweep.name = "llama-bench";
  line.cell = config(config_of(json));
  line.uid = sha256(json.dump()).substr(0, 32);
  line.created_at = line.started_at = line.ended_at = text_at(json, "test_time");
  const std::string commit = text_at(json, "build_commit");
  line.build.source_sha = "llama.cpp " + commit;
  line.build.git_sha = commit;
  line.build.tool_version = "llama-bench " + build_number(json);
  line.build.compiler = line.build.build_type = line.build.flags = "unknown";
  line.build.libs = {{"llama.cpp", commit}};
  line.env.host = line.env.os = "unknown";
  line.env.cpu = text_at(json, "cpu_info");
  line.env.device = json.contains("gpu_info") ? text_at(json, "gpu_info") : "";
  line.result.outcome = "done";
  if (json.contains("samples_ns")) {
    add_samples(json["samples_ns"], static_cast<double>(tokens_of(json)), line.result);
  } else {
    add_means(json, line.result);
  }
  return line;
}

}  // namespace synthbench
