#include "harness/reproduce.h"

#include <fmt/format.h>

#include "harness/base/plain_text.h"
#include "harness/base/words.h"
#include "results/query.h"

namespace synthbench {
namespace {

std::string bench(const Config& config, std::int64_t seed, const MeasureSettings& measure) {
  std::string command = "synthbench bench";
  for (const auto& [key, value] : config.json().items()) {
    const bool follows = (key == "kind" && value == "speed") || key == "data.sha256";  // from bench, from the data's name
    if (!follows) command += " --set " + shell_word(key + "=" + plain_text(value));
  }
  command += fmt::format(" --seed {} --launches {}", seed, measure.launches);
  if (measure.repetitions > 0) {
    command += fmt::format(" -r {}", measure.repetitions);
  } else {
    command += fmt::format(" --min-time {}s --max-time {}s --max-noise {:g}%", measure.min_time, measure.max_time, 100 * measure.max_noise);
  }
  if (measure.timeout >= 0) command += fmt::format(" --timeout {}s", measure.timeout);
  const MeasureSettings usual;
  if (measure.min_samples != usual.min_samples) command += fmt::format(" --set measure.min_samples={}", measure.min_samples);
  if (measure.cache != usual.cache) command += " --set measure.cache=" + join(measure.cache, ",");
  if (!measure.gate) command += " --set check.gate=false";
  return command + " --force";
}

std::string run(const Config& config, std::int64_t seed, const Plan& plan, const std::string& grid_path) {
  std::string only;
  for (const std::string& key : varied_keys(plan)) {
    const bool seeds = key == "seed";
    if (!seeds && !config.has(key)) continue;
    only += fmt::format("{}{} = {}", only.empty() ? "" : " AND ", key, seeds ? std::to_string(seed) : literal(config.json().at(key)));
  }
  std::string command = "synthbench run " + shell_word(grid_path);
  for (const PlanRequest::Override& change : plan.overrides) command += " --set " + shell_word(change.key + "=" + change.values);
  if (plan.smoke) command += " --smoke";
  return command + (only.empty() ? "" : " --only " + shell_word(only)) + " --force";
}

}  // namespace

std::string reproduce_command(const Config& config, std::int64_t seed, const Plan& plan, const std::string& grid_path) {
  const bool speed = config.text("kind") == "speed";
  return speed || grid_path.empty() ? bench(config, seed, plan.measure) : run(config, seed, plan, grid_path);
}

}  // namespace synthbench
