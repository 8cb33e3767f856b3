// A line of an export, as JSON and back. The keys that a reader relies on are uid, sweep, config, seed, state, reason, kernel,
// build, env, metrics, samples and checks; the others make the round trip complete.
#include "results/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/row_json.h"

namespace synthbench {
namespace {

const std::vector<std::string> kOutcomes = {"done", "failed", "oom", "timeout", "crashed", "unsupported", "abandoned"};
const std::vector<std::string> kWithoutAttempt = {"pending", "excluded", "oom", "unsupported", "reused"};
const std::vector<std::string> kApart = {"pending", "reused", "failed", "oom", "timeout", "crashed", "unsupported", "done"};

/// "median", "median cache:cold", "loss valid @200": one key a row. What is not in its default stands in the object, too.
std::string metric_key(const MetricRow& row) {
  std::string key = row.name;
  if (!row.signature.empty()) key += " " + row.signature;
  if (!row.split.empty()) key += " " + row.split;
  if (row.step >= 0) key += fmt::format(" @{}", row.step);
  return key;
}

Json metrics_json(const std::vector<MetricRow>& rows) {
  Json out = Json::object();
  for (const MetricRow& row : rows) {
    const std::string key = metric_key(row);
    Json metric = row_json(row);
    if (key == row.name) metric.erase("name");
    if (row.signature.empty()) metric.erase("signature");
    if (row.split.empty()) metric.erase("split");
    if (row.step < 0) metric.erase("step");
    out[key] = std::move(metric);
  }
  return out;
}

template <typename Row>
OrderedJson array_json(const std::vector<Row>& rows) {
  OrderedJson out = OrderedJson::array();
  for (const Row& row : rows) out.push_back(OrderedJson(row_json(row)));
  return out;
}

OrderedJson build_json(const BuildRow& build) {
  return {{"build_sha", sha_of(build)},         {"source_sha", build.source_sha}, {"compiler", build.compiler},
          {"build_type", build.build_type},     {"flags", build.flags},           {"libs_json", build.libs.dump()},
          {"tool_version", build.tool_version}, {"git_sha", build.git_sha},       {"dirty", build.dirty ? 1 : 0},
          {"diff_sha", build.diff_sha}};
}

OrderedJson env_json(const EnvRow& env) {
  return {{"env_sha", sha_of(env)},
          {"host", env.host},
          {"os", env.os},
          {"cpu", env.cpu},
          {"cores", env.cores},
          {"ram_bytes", env.ram_bytes},
          {"device", env.device},
          {"device_uuid", env.device_uuid},
          {"device_mem_bytes", env.device_mem_bytes},
          {"driver", env.driver},
          {"runtime", env.runtime}};
}

template <typename T>
OrderedJson or_null(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

// reading ------------------------------------------------------------------------

[[noreturn]] void refuse(const std::string& what) { throw MalformedRow(what); }

const Json& object_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) refuse(fmt::format("'{}' is missing", key));
  if (!found->is_object()) refuse(fmt::format("'{}' is no object", key));
  return *found;
}

/// A text; without a fallback it is needed.
std::string text_at(const Json& json, const char* key, const char* fallback = nullptr) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) {
    if (fallback == nullptr) refuse(fmt::format("'{}' is missing", key));
    return fallback;
  }
  if (!found->is_string()) refuse(fmt::format("'{}' is {}, not a text", key, found->dump()));
  return found->get<std::string>();
}

std::optional<std::int64_t> integer_if_any(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::nullopt;
  if (!is_whole_number(*found)) refuse(fmt::format("'{}' is {}, not a whole number of 63 bits", key, found->dump()));
  return found->get<std::int64_t>();
}

std::int64_t integer_at(const Json& json, const char* key) {
  const auto value = integer_if_any(json, key);
  if (!value) refuse(fmt::format("'{}' is missing", key));
  return *value;
}

/// true, false, 1, 0; absent is false.
bool flag_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return false;
  if (*found == true || *found == 1) return true;
  if (*found == false || *found == 0) return false;
  refuse(fmt::format("'{}' is {}, neither true nor false", key, found->dump()));
}

/// JSON that a column keeps as text: an object, or the text of one.
Json inner_json(const Json& json, const char* key, const Json& fallback) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return fallback;
  const Json value = found->is_string() ? Json::parse(found->get_ref<const std::string&>(), nullptr, false) : *found;
  if (value.type() != fallback.type()) refuse(fmt::format("'{}' is not the JSON of an {}", key, fallback.type_name()));
  return value;
}

template <typename Row>
std::vector<Row> rows_at(const Json& json, const char* key, Row (*read)(const Json&)) {
  std::vector<Row> rows;
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return rows;
  if (!found->is_array()) refuse(fmt::format("'{}' is no list", key));
  for (const Json& item : *found) {
    if (!item.is_object()) refuse(fmt::format("'{}' holds {}, which is no object", key, item.dump()));
    rows.push_back(read(item));
  }
  return rows;
}

std::vector<MetricRow> metrics_at(const Json& json) {
  std::vector<MetricRow> rows;
  const auto found = json.find("metrics");
  if (found == json.end() || found->is_null()) return rows;
  if (!found->is_object()) refuse("'metrics' is no object");
  for (const auto& [key, value] : found->items()) {
    if (!value.is_object()) refuse(fmt::format("metric '{}' is no object", key));
    Json metric = value;
    metric.emplace("name", key);
    metric.emplace("better", "none");
    rows.push_back(metric_row(metric));
  }
  return rows;
}

/// The database takes each key once.
template <typename Row, typename Key>
void refuse_twins(const std::vector<Row>& rows, const char* what, const Key& key_of) {
  std::set<decltype(key_of(rows.front()))> seen;
  for (const Row& row : rows) {
    if (!seen.insert(key_of(row)).second) refuse(fmt::format("'{}' holds one row twice: {}", what, row_json(row).dump()));
  }
}

BuildRow read_build(const Json& json) {
  BuildRow build;
  build.source_sha = text_at(json, "source_sha");
  build.compiler = text_at(json, "compiler");
  build.build_type = text_at(json, "build_type");
  build.flags = text_at(json, "flags");
  build.libs = inner_json(json, "libs_json", Json::object());
  build.tool_version = text_at(json, "tool_version");
  build.git_sha = text_at(json, "git_sha");
  build.dirty = flag_at(json, "dirty");
  build.diff_sha = text_at(json, "diff_sha", "");
  return build;
}

EnvRow read_env(const Json& json) {
  EnvRow env;
  env.host = text_at(json, "host");
  env.os = text_at(json, "os");
  env.cpu = text_at(json, "cpu");
  env.cores = integer_at(json, "cores");
  env.ram_bytes = integer_at(json, "ram_bytes");
  env.device = text_at(json, "device", "");
  env.device_uuid = text_at(json, "device_uuid", "");
  env.device_mem_bytes = integer_if_any(json, "device_mem_bytes").value_or(0);
  env.driver = text_at(json, "driver", "");
  env.runtime = text_at(json, "runtime", "");
  return env;
}

void read_sweep(const Json& json, ExchangeLine& line) {
  const auto found = json.find("sweep");
  if (found != json.end() && found->is_string()) {
    line.sweep.name = found->get<std::string>();
    return;
  }
  const Json& sweep = object_at(json, "sweep");
  line.sweep.name = text_at(sweep, "name");
  line.sweep.plan_sha = text_at(sweep, "plan_sha", "");
  line.sweep.spec_toml = text_at(sweep, "spec_toml", "");
  line.sweep.argv = inner_json(sweep, "argv", Json::array());
  line.created_at = text_at(sweep, "created_at", "");
}

std::optional<int> small_integer(const Json& json, const char* key) {
  const auto value = integer_if_any(json, key);
  if (value && *value != static_cast<int>(*value)) refuse(fmt::format("'{}' is {}, too large a number", key, *value));
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

AttemptResult read_result(const Json& json) {
  AttemptResult result;
  result.outcome = text_at(json, "state");
  result.reason = text_at(json, "reason", "");
  if (std::ranges::find(kOutcomes, result.outcome) == kOutcomes.end()) refuse(unknown_word("state", result.outcome, kOutcomes));
  result.error_class = text_at(json, "error_class", "");
  result.exit_code = small_integer(json, "exit_code");
  result.term_signal = small_integer(json, "term_signal");
  result.log_path = text_at(json, "log_path", "");
  result.kernel = text_at(json, "kernel", "");
  result.kernel_label = text_at(json, "kernel_label", "");
  const std::vector<std::string> labels = {"", "reference", "optimised", "simulated"};
  if (std::ranges::find(labels, result.kernel_label) == labels.end()) refuse(unknown_word("kernel_label", result.kernel_label, labels));
  result.volatile_facts = inner_json(json, "volatile", Json::object());
  result.peak_rss_bytes = integer_if_any(json, "peak_rss_bytes");
  result.peak_dev_bytes = integer_if_any(json, "peak_dev_bytes");
  result.first_call_ns = integer_if_any(json, "first_call_ns");
  result.noisy = flag_at(json, "noisy");
  result.metrics = metrics_at(json);
  result.samples = rows_at(json, "samples", sample_row);
  result.checks = rows_at(json, "checks", check_row);
  result.artifacts = rows_at(json, "artifacts", artifact_row);
  result.examples = rows_at(json, "examples", example_score_row);
  refuse_twins(result.metrics, "metrics", [](const MetricRow& row) { return std::tuple(row.name, row.signature, row.split, row.step); });
  refuse_twins(result.samples, "samples",
               [](const SampleRow& row) { return std::tuple(row.phase, row.cache, row.round, row.idx, row.clock); });
  refuse_twins(result.checks, "checks", [](const CheckRow& row) { return std::tuple(row.ref_backend, row.tensor, row.measure); });
  refuse_twins(result.artifacts, "artifacts", [](const ArtifactRow& row) { return row.name; });
  refuse_twins(result.examples, "examples",
               [](const ExampleScoreRow& row) { return std::tuple(row.name, row.signature, row.split, row.example); });
  return result;
}

/// The cell of a line that is no attempt, or that its attempts do not describe.
void read_cell_state(const Json& json, const char* state, const char* reason, const std::vector<std::string>& allowed, CellRow& cell) {
  cell.state = text_at(json, state);
  cell.reason = text_at(json, reason, "");
  if (std::ranges::find(allowed, cell.state) == allowed.end()) refuse(unknown_word(state, cell.state, allowed));
}

}  // namespace

OrderedJson to_json(const ExchangeLine& line) {
  const bool tried = !line.uid.empty();
  const AttemptResult& result = line.result;
  OrderedJson json = {{"uid", tried ? OrderedJson(line.uid) : OrderedJson(nullptr)}};
  json["sweep"] = {{"name", line.sweep.name},
                   {"plan_sha", line.sweep.plan_sha},
                   {"created_at", line.created_at},
                   {"argv", line.sweep.argv},
                   {"spec_toml", line.sweep.spec_toml}};
  json["ordinal"] = line.cell.ordinal;
  json["config"] = line.cell.config;
  json["config_sha"] = line.cell.config_sha;
  json["seed"] = line.cell.seed;
  json["state"] = tried ? result.outcome : line.cell.state;
  json["reason"] = tried ? result.reason : line.cell.reason;
  if (tried && line.apart) {
    json["cell_state"] = line.cell.state;
    json["cell_reason"] = line.cell.reason;
  }
  if (!line.result_uid.empty()) json["result_uid"] = line.result_uid;
  json["kernel"] = result.kernel;
  json["build"] = tried ? build_json(line.build) : OrderedJson(nullptr);
  json["env"] = tried ? env_json(line.env) : OrderedJson(nullptr);
  json["metrics"] = metrics_json(result.metrics);
  json["samples"] = array_json(result.samples);
  json["checks"] = array_json(result.checks);
  if (!tried) return json;
  json["artifacts"] = array_json(result.artifacts);
  if (!result.examples.empty()) json["examples"] = array_json(result.examples);
  json["started_at"] = line.started_at;
  json["ended_at"] = line.ended_at;
  json["kernel_label"] = result.kernel_label;
  json["noisy"] = result.noisy;
  json["error_class"] = result.error_class;
  json["exit_code"] = or_null(result.exit_code);
  json["term_signal"] = or_null(result.term_signal);
  json["peak_rss_bytes"] = or_null(result.peak_rss_bytes);
  json["peak_dev_bytes"] = or_null(result.peak_dev_bytes);
  json["first_call_ns"] = or_null(result.first_call_ns);
  json["log_path"] = result.log_path;
  json["repro_cmd"] = line.repro_cmd;
  json["volatile"] = result.volatile_facts;
  return json;
}

ExchangeLine exchange_line(const Json& json, const ConfigReader& config) {
  if (!json.is_object()) refuse("not a JSON object");
  ExchangeLine line;
  line.uid = text_at(json, "uid", "");
  read_sweep(json, line);
  line.cell = config(object_at(json, "config"));
  line.cell.seed = integer_at(json, "seed");
  line.cell.ordinal = integer_if_any(json, "ordinal").value_or(0);
  line.result_uid = text_at(json, "result_uid", "");
  if (line.uid.empty()) {
    const std::string state = text_at(json, "state");
    if (std::ranges::find(kOutcomes, state) != kOutcomes.end() && std::ranges::find(kWithoutAttempt, state) == kWithoutAttempt.end()) {
      refuse(fmt::format("'uid' is missing: a cell that is {} has an attempt", state));
    }
    read_cell_state(json, "state", "reason", kWithoutAttempt, line.cell);
  } else {
    line.apart = json.contains("cell_state");
    if (line.apart) read_cell_state(json, "cell_state", "cell_reason", kApart, line.cell);
    line.build = read_build(object_at(json, "build"));
    line.env = read_env(object_at(json, "env"));
    line.started_at = text_at(json, "started_at", "");
    line.ended_at = text_at(json, "ended_at", "");
    line.repro_cmd = text_at(json, "repro_cmd", "");
    line.result = read_result(json);
  }
  if ((line.cell.state == "reused") != !line.result_uid.empty()) refuse("'result_uid' names the result of a reused cell, and of no other");
  return line;
}

}  // namespace synthbench
