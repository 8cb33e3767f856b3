#include "harness/config_row.h"

#include <stdexcept>

#include "ablations/keys.h"
#include "harness/aggregate.h"
#include "harness/base/error.h"

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

}  // namespace

ConfigCounts counts_of(const Config& config) { return {countable(parameters_of, config), countable(flops_of, config)}; }

CellRow config_row(const Json& config) {
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
