#include "results/row_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace synthbench {
namespace {

Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "+inf" : "-inf";
  return value;
}

/// A text that is no number, or what is neither, throws.
double number_from(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto& kind = json.get_ref<const std::string&>();
  if (kind == "+inf") return std::numeric_limits<double>::infinity();
  if (kind == "-inf") return -std::numeric_limits<double>::infinity();
  if (kind == "nan") return std::numeric_limits<double>::quiet_NaN();
  throw MalformedRow("'" + kind + "' is not a number");
}

bool is_absent(const Json& json, const char* key) { return !json.contains(key) || json.at(key).is_null(); }

void put(Json& json, const char* key, const std::optional<std::int64_t>& value) {
  if (value) json[key] = *value;
}

void put(Json& json, const char* key, const std::optional<double>& value) {
  if (value) json[key] = number(*value);
}

std::optional<double> number_if_any(const Json& json, const char* key) {
  return is_absent(json, key) ? std::nullopt : std::optional(number_from(json.at(key)));
}

std::int64_t whole(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!is_whole_number(value)) throw MalformedRow(fmt::format("{} is {}, not a whole number of 63 bits", key, value.dump()));
  return value.get<std::int64_t>();
}

std::optional<std::int64_t> whole_if_any(const Json& json, const char* key) {
  return is_absent(json, key) ? std::nullopt : std::optional(whole(json, key));
}

/// Missing keys and wrong types are the sender's fault, whatever the JSON library calls them.
template <typename Parse>
auto parsed(const char* what, const Parse& parse) {
  try {
    return parse();
  } catch (const nlohmann::json::exception& error) {
    throw MalformedRow(fmt::format("{}: {}", what, error.what()));
  } catch (const MalformedRow& error) {
    throw MalformedRow(fmt::format("{}: {}", what, error.what()));
  }
}

void require(bool well, const char* what) {
  if (!well) throw MalformedRow(what);
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool is_whole_number(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  return json.is_number_integer();
}

Json row_json(const MetricRow& row) {
  Json json = {{"name", row.name},   {"signature", row.signature}, {"unit", row.unit},          {"better", row.better},
               {"split", row.split}, {"step", row.step},           {"value", number(row.value)}};
  put(json, "n", row.n);
  put(json, "ci_lo", row.ci_lo);
  put(json, "ci_hi", row.ci_hi);
  return json;
}

MetricRow metric_row(const Json& json) {
  return parsed("metric", [&] {
    MetricRow row;
    row.name = json.at("name");
    row.signature = json.value("signature", "");
    row.unit = json.at("unit");
    row.better = json.at("better");
    row.split = json.value("split", "");
    row.step = whole_if_any(json, "step").value_or(-1);
    row.value = number_from(json.at("value"));
    row.n = whole_if_any(json, "n");
    row.ci_lo = number_if_any(json, "ci_lo");
    row.ci_hi = number_if_any(json, "ci_hi");
    require(one_of(row.better, {"higher", "lower", "none"}), "better is higher, lower or none");
    return row;
  });
}

Json row_json(const SampleRow& row) {
  Json json = {{"phase", row.phase},       {"cache", row.cache},
               {"clock", row.clock},       {"round", row.round},
               {"idx", row.idx},           {"inner_iters", row.inner_iters},
               {"total_ns", row.total_ns}, {"discarded", row.discarded}};
  put(json, "sm_mhz", row.sm_mhz);
  return json;
}

SampleRow sample_row(const Json& json) {
  return parsed("sample", [&] {
    SampleRow row;
    row.phase = json.at("phase");
    row.cache = json.at("cache");
    row.clock = json.at("clock");
    row.round = whole(json, "round");
    row.idx = whole(json, "idx");
    row.inner_iters = whole(json, "inner_iters");
    row.total_ns = whole(json, "total_ns");
    row.sm_mhz = whole_if_any(json, "sm_mhz");
    row.discarded = json.value("discarded", "");
    require(one_of(row.phase, {"first", "warmup", "measure"}), "phase is first, warmup or measure");
    require(one_of(row.cache, {"cold", "hot"}), "cache is cold or hot");
    require(one_of(row.clock, {"wall", "cuda_event", "cpu"}), "clock is wall, cuda_event or cpu");
    require(row.inner_iters > 0 && row.total_ns >= 0, "inner_iters is at least 1, total_ns at least 0");
    return row;
  });
}

Json row_json(const CheckRow& row) {
  return {{"ref_backend", row.ref_backend}, {"ref_dtype", row.ref_dtype}, {"tensor", row.tensor},
          {"measure", row.measure},         {"detail", row.detail},       {"value", number(row.value)},
          {"tol", number(row.tol)},         {"passed", row.passed},       {"input_seed", row.input_seed}};
}

CheckRow check_row(const Json& json) {
  return parsed("check", [&] {
    CheckRow row;
    row.ref_backend = json.at("ref_backend");
    row.ref_dtype = json.at("ref_dtype");
    row.tensor = json.at("tensor");
    row.measure = json.at("measure");
    row.detail = json.value("detail", "");
    row.value = number_from(json.at("value"));
    row.tol = number_from(json.at("tol"));
    row.passed = json.at("passed");
    row.input_seed = whole(json, "input_seed");
    require(!std::isnan(row.tol), "tol is a number");
    return row;
  });
}

Json row_json(const ArtifactRow& row) { return {{"name", row.name}, {"path", row.path}, {"sha256", row.sha256}, {"bytes", row.bytes}}; }

ArtifactRow artifact_row(const Json& json) {
  return parsed("artifact", [&] {
    ArtifactRow row;
    row.name = json.at("name");
    row.path = json.at("path");
    row.sha256 = json.at("sha256");
    row.bytes = whole(json, "bytes");
    return row;
  });
}

Json row_json(const ExampleScoreRow& row) {
  return {{"name", row.name}, {"signature", row.signature}, {"split", row.split}, {"example", row.example}, {"value", row.value}};
}

ExampleScoreRow example_score_row(const Json& json) {
  return parsed("example", [&] {
    ExampleScoreRow row;
    row.name = json.at("name");
    row.signature = json.value("signature", "");
    row.split = json.at("split");
    row.example = whole(json, "example");
    row.value = json.at("value").get<double>();
    require(row.example > 0, "example is at least 1");
    require(std::isfinite(row.value), "value is finite");
    return row;
  });
}

}  // namespace synthbench
