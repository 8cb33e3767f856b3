#include "harness/measure_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/plain_text.h"
#include "harness/base/range.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

int count(const Json& value) {
  const std::vector<std::int64_t> values = parse_integers(plain_text(value));
  if (values.size() != 1 || values[0] < 1 || values[0] > 1'000'000) {
    throw UserError(fmt::format("'{}' is not a count from 1 to 1,000,000", plain_text(value)));
  }
  return static_cast<int>(values[0]);
}

double positive_duration(const Json& value) {
  const double seconds = parse_duration(plain_text(value));
  if (seconds > 0) return seconds;
  throw UserError(fmt::format("'{}' is no time at all: it must be above 0", plain_text(value)));
}

std::vector<std::string> caches(const Json& value) {
  static const std::vector<std::string> known = {"hot", "cold"};
  std::vector<std::string> out;
  for (const Json& one : value.is_array() ? value : Json(split(plain_text(value), ','))) {
    const std::string name = plain_text(one);
    if (std::find(known.begin(), known.end(), name) == known.end()) throw UserError(unknown_word("cache", name, known));
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  if (out.empty()) throw UserError("the list is empty (known: hot, cold)");
  return out;
}

/// "2" would be 200 %: nearly always 2 % was meant.
double share(const Json& value) {
  const double fraction = parse_fraction(plain_text(value));
  if (fraction <= 1) return fraction;
  throw UserError(fmt::format("'{}' is {:g} %: a share is at most 100 % (2% or 0.02)", plain_text(value), 100 * fraction));
}

bool flag(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value == "true" || value == "false") return value == "true";  // from the command line
  throw UserError(fmt::format("'{}' is neither true nor false", plain_text(value)));
}

using Taker = void (*)(MeasureSettings&, const Json&);

const std::map<std::string, Taker> kTakers = {
    {"launches", [](MeasureSettings& to, const Json& value) { to.launches = count(value); }},
    {"min_samples", [](MeasureSettings& to, const Json& value) { to.min_samples = count(value); }},
    {"repetitions", [](MeasureSettings& to, const Json& value) { to.repetitions = count(value); }},
    {"min_time", [](MeasureSettings& to, const Json& value) { to.min_time = parse_duration(plain_text(value)); }},
    {"max_time", [](MeasureSettings& to, const Json& value) { to.max_time = positive_duration(value); }},
    {"timeout", [](MeasureSettings& to, const Json& value) { to.timeout = positive_duration(value); }},
    {"max_noise", [](MeasureSettings& to, const Json& value) { to.max_noise = share(value); }},
    {"cache", [](MeasureSettings& to, const Json& value) { to.cache = caches(value); }},
    {"gate", [](MeasureSettings& to, const Json& value) { to.gate = flag(value); }},
};

Taker taker_of(const std::string& key) {
  const auto found = kTakers.find(key);
  if (found != kTakers.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, taker] : kTakers) known.push_back(name);
  throw UserError(unknown_word("key of [measure]", key, known));
}

}  // namespace

void MeasureReader::set(const Setting& setting) {
  const std::string& key = setting.key;
  try {
    const Taker take = taker_of(key);
    if (setting.value.is_array() && key != "cache") throw UserError("a list stands where one value is needed");
    take(settings_, setting.value);
  } catch (const UserError& error) {
    const bool from_file = setting.place.line > 0;
    fail(setting.place, (from_file ? (key == "gate" ? "[check] " : "[measure] ") + key + ": " : "") + error.what());
  }
  if (key == "max_time") max_time_said_ = true;
  say(key, setting.place);
}

void MeasureReader::say(const std::string& key, const SourceLine& place) {
  origins_[key] = {to_json(settings_).at(key), source_of(place.by), describe(place)};
}

void MeasureReader::quick(SaidBy by) {
  settings_.launches = 1;
  settings_.min_time = 0.05;
  for (const char* key : {"launches", "min_time"}) say(key, {"--quick", 0, by});
}

void MeasureReader::smoke() {
  settings_.launches = 1;
  settings_.min_samples = 3;
  settings_.min_time = 0.01;
  settings_.max_noise = 1.0;
  for (const char* key : {"launches", "min_samples", "min_time", "max_noise"}) say(key, {"--smoke", 0, SaidBy::flag});
}

/// A longer min_time needs a longer max_time, which would end the sampling before it.
MeasureSettings MeasureReader::settings() const {
  MeasureSettings out = settings_;
  if (!max_time_said_ && out.max_time < 2 * out.min_time) out.max_time = 2 * out.min_time;
  return out;
}

Json to_json(const MeasureSettings& settings) {
  return {{"launches", settings.launches}, {"min_samples", settings.min_samples},
          {"min_time", settings.min_time}, {"max_noise", settings.max_noise},
          {"max_time", settings.max_time}, {"repetitions", settings.repetitions},
          {"timeout", settings.timeout},   {"cache", settings.cache},
          {"gate", settings.gate}};
}

MeasureSettings measure_from_json(const Json& json) {
  MeasureSettings settings;
  settings.launches = json.at("launches");
  settings.min_samples = json.at("min_samples");
  settings.min_time = json.at("min_time");
  settings.max_noise = json.at("max_noise");
  settings.max_time = json.at("max_time");
  settings.repetitions = json.at("repetitions");
  settings.timeout = json.at("timeout");
  settings.cache = json.at("cache").get<std::vector<std::string>>();
  settings.gate = json.at("gate");
  return settings;
}

}  // namespace synthbench
