#include "harness/config_row.h"

#include <stdexcept>

#include "ablations/keys.h"
#include "harness/aggregate.h"
#include "harness/base/error.h"
#include "results/row_json.h"

namespace synthbench {
namespace {

std::int64_t countable(std::int64_t (*count)(const Config&), const Config& config) {
  try {
    return count(config);
  } catch (const std::overflow_error&) {
    return 0;
  }
}

/// Their words are known to the program that measured.
bool is_of_a_program(const std::string& key) { return key == "backend" || key == "task" || key == "device" || key == "data.sha256"; }

Json checked(const std::string& name, const Json& value) {
  try {
    const Key& key = key_at(name);
    if (!is_of_a_program(name)) return checked_value(key, value);
    if (!value.is_string()) throw UserError(value.dump() + " is not a text");
    return value;
  } catch (const UserError& error) {
    throw UserError("config: " + name + ": " + error.what());
  }
}

/// The row of a config that another program measured: `source` names it. Its keys are its own; what is a column must fit it.
CellRow row_of_other_program(const Json& config) {
  for (const char* text : {"source", "kind", "variant", "backend", "dtype"}) {
    if (!config.contains(text) || !config[text].is_string()) throw UserError(std::string("config: '") + text + "' is missing, or no text");
  }
  if (config["kind"] != "speed") throw UserError("config: kind: what another program measured is 'speed', not " + config["kind"].dump());
  for (const auto& [key, value] : config.items()) {
    if (value.is_structured() || value.is_null())
      throw UserError("config: " + key + ": " + value.dump() + " is no text, number, true or false");
  }
  if (!config.contains("seq_len") || !is_whole_number(config["seq_len"]))
    throw UserError("config: 'seq_len' is missing, or no whole number");
  for (const char* column : {"rank", "task"}) {
    if (config.contains(column)) throw UserError(std::string("config: ") + column + ": only cells of ours have it");
  }
  CellRow row;
  row.config = config;
  row.config_sha = Config(config).sha();
  const auto parameters = config.find("llama.model_n_params");
  if (parameters != config.end() && is_whole_number(*parameters)) row.params = parameters->get<std::int64_t>();
  return row;
}

}  // namespace

ConfigCounts counts_of(const Config& config) { return {countable(parameters_of, config), countable(flops_of, config)}; }

CellRow config_row(const Json& config) {
  if (config.contains("source")) return row_of_other_program(config);
  CellRow row;
  row.config = Json::object();
  for (const auto& [key, value] : config.items()) row.config[key] = checked(key, value);
  for (const char* needed : {"kind", "variant", "backend", "dtype", "seq_len"}) {
    if (!row.config.contains(needed)) throw UserError(std::string("config: '") + needed + "' is missing");
  }
  const Config resolved(row.config);
  row.config_sha = resolved.sha();
  try {
    const ConfigCounts counts = counts_of(resolved);
    row.params = counts.parameters;
    row.flops = counts.flops;
  } catch (const std::logic_error& error) {  // a key that the variant needs, of another type or not there
    throw UserError(std::string("config: ") + error.what());
  }
  return row;
}

}  // namespace synthbench
