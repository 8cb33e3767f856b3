#include "harness/forecast.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "ablations/model_cost.h"
#include "harness/aggregate.h"

namespace synthbench {
namespace {

constexpr const char* kFinished = R"(
  SELECT c.config_sha, c.canon_json, a.volatile_json,
         (SELECT m.value FROM metric m JOIN metric_def d USING(metric_id)
           WHERE m.attempt_id=a.attempt_id AND d.name='median' AND m.step=-1 ORDER BY d.signature LIMIT 1) AS median
  FROM cell ce JOIN config c USING(config_id) JOIN attempt a ON a.attempt_id=ce.result_attempt_id JOIN env USING(env_id)
  WHERE ce.state='done' AND env_sha=?1 AND a.volatile_json->'$.seconds' IS NOT NULL ORDER BY ce.cell_id)";

bool is_speed(const Config& config) { return config.text("kind") == "speed"; }

/// Trainings on bytes or characters leave the vocabulary to the data. 256 pieces are bytes, and near enough for characters: the
/// operations are compared with those of other trainings alone.
Config with_vocabulary(const Config& config) {
  if (config.has("data.vocab")) return config;
  Json values = config.json();
  values["data.vocab"] = 256;
  return Config(std::move(values));
}

/// Of a call, or of all steps of a training; 0: not countable.
double operations_of(const Config& config) {
  try {
    if (config.text("scope") != "step") return static_cast<double>(flops_of(config));
    const Flops step = model_flops(model_shape(with_vocabulary(config)), config.integer("batch"));
    const double steps = config.has("train.steps") ? static_cast<double>(config.integer("train.steps")) : 1;
    return (static_cast<double>(step.forward) + static_cast<double>(step.backward)) * steps;
  } catch (const std::overflow_error&) {
    return 0;
  }
}

std::string kin_of(const Config& config) {
  Json kin = Json::object();
  for (const char* key : {"kind", "scope", "direction", "backend", "device", "dtype", "threads", "task"}) {
    if (config.has(key)) kin[key] = config.json().at(key);
  }
  return kin.dump();
}

/// An imported line may say anything of how it was measured: then nothing follows from it.
std::optional<MeasureSettings> measure_of(const Json& facts) {
  try {
    if (!facts.at("seconds").is_number()) return std::nullopt;
    MeasureSettings measure = measure_from_json(facts.at("measure"));
    return measure.launches >= 1 ? std::optional(std::move(measure)) : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

/// What decides how long a launch samples; launches are counted, and a limit that was not met changes nothing.
Json sampling_rule(const MeasureSettings& measure) {
  Json rule = to_json(measure);
  rule.erase("launches");
  rule.erase("timeout");
  return rule;
}

/// Seconds that a launch samples calls of so many seconds.
double sampling_seconds(const MeasureSettings& measure, double call) {
  const double caches = static_cast<double>(measure.cache.size());
  if (measure.repetitions > 0) return caches * measure.repetitions * call;
  return caches * std::min(std::max(measure.min_time, measure.min_samples * call), std::max(measure.max_time, call));
}

}  // namespace

Forecast::Forecast(Store& store, const std::string& env_sha, const MeasureSettings& measure) : measure_(measure) {
  for (const OrderedJson& row : store.select(kFinished, {env_sha})) {
    const Json facts = Json::parse(row.at("volatile_json").get_ref<const std::string&>());
    const auto measured = measure_of(facts);
    if (!measured) continue;
    Known& known = known_[row.at("config_sha")];
    if (known.launches.empty()) known.config = Config(Json::parse(row.at("canon_json").get_ref<const std::string&>()));
    Launch launch{facts.at("seconds"), facts.value("start_up_seconds", 0.0), 0, *measured};
    if (is_speed(known.config)) {
      launch.seconds /= launch.measure.launches;
      launch.start_up /= launch.measure.launches;
      if (row.at("median").is_number()) launch.call = row.at("median");
    }
    known.launches.push_back(std::move(launch));
  }
  for (auto& [sha, known] : known_) {
    known.operations = operations_of(known.config);
    if (known.operations > 0) comparable_[kin_of(known.config)].push_back(&known);
  }
}

std::optional<Forecast::Time> Forecast::time(const PlannedCell& cell) const {
  if (const auto equal = of_equal(cell)) return equal;
  return of_nearest(cell.config);
}

std::optional<Forecast::Time> Forecast::of_equal(const PlannedCell& cell) const {
  const auto found = known_.find(cell.config_sha);
  if (found == known_.end()) return std::nullopt;
  Time sum;
  double count = 0;
  for (const Launch& launch : found->second.launches) {
    if (is_speed(cell.config) && sampling_rule(launch.measure) != sampling_rule(measure_)) continue;
    sum.seconds += launch.seconds;
    sum.start_up += launch.start_up;
    ++count;
  }
  if (count == 0) return std::nullopt;
  const double launches = launches_of(cell.config);
  return Time{sum.seconds / count * launches, sum.start_up / count * launches, false};
}

std::optional<Forecast::Time> Forecast::of_nearest(const Config& config) const {
  if (comparable_.empty()) return std::nullopt;
  const auto found = comparable_.find(kin_of(config));
  if (found == comparable_.end()) return std::nullopt;
  const double operations = operations_of(config);
  if (operations <= 0) return std::nullopt;
  const auto distance = [&](const Known* known) {
    const bool other = known->config.text("variant") != config.text("variant");
    return std::pair(other, std::abs(std::log(operations / known->operations)));
  };
  const Known& nearest =
      **std::ranges::min_element(found->second, [&](const Known* a, const Known* b) { return distance(a) < distance(b); });
  const Launch& then = nearest.launches.front();
  const double ratio = operations / nearest.operations, launches = launches_of(config);
  double seconds = then.start_up + (then.seconds - then.start_up) * ratio;
  if (is_speed(config)) {
    const double longer = sampling_seconds(measure_, then.call * ratio) - sampling_seconds(then.measure, then.call);
    seconds = std::max(then.start_up, then.seconds + longer);
  }
  return Time{seconds * launches, then.start_up * launches, true};
}

}  // namespace synthbench
