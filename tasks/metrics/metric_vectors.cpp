#include "tasks/metrics/metric_vectors.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "harness/base/json.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/paired_test.h"

namespace synthbench {
namespace {

/// Sets the one option of this name. Throws std::logic_error when there is none: the vectors are ours.
void set_option(MetricOptions& options, const std::string& name, const Json& value) {
  const std::map<std::string, bool*> switches = {{"lowercase", &options.lowercase},
                                                 {"chrf_lowercase", &options.chrf_lowercase},
                                                 {"ter_case_sensitive", &options.ter_case_sensitive},
                                                 {"ter_normalized", &options.ter_normalized},
                                                 {"ter_no_punct", &options.ter_no_punct},
                                                 {"ter_asian_support", &options.ter_asian_support},
                                                 {"stem", &options.stem}};
  if (const auto found = switches.find(name); found != switches.end()) {
    value.get_to(*found->second);
  } else if (name == "tokenize") {
    value.get_to(options.tokenize);
  } else if (name == "smooth_method") {
    value.get_to(options.smooth_method);
  } else if (name == "smooth_value") {
    options.smooth_value = value.get<double>();
  } else if (name == "chrf_char_order") {
    value.get_to(options.chrf_char_order);
  } else if (name == "chrf_word_order") {
    options.chrf_word_order = value.get<int>();
  } else if (name == "chrf_beta") {
    value.get_to(options.chrf_beta);
  } else {
    throw std::logic_error("vectors.json: no option '" + name + "'");
  }
}

/// Options that are not the default, as text: ", tokenize=char".
std::string told(const Json& options) {
  std::string text;
  for (const auto& [name, value] : options.items()) {
    if (value != false) text += ", " + name + (value == true ? "" : "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return text;
}

MetricTexts texts_of(const Json& json) {
  return {json.at("hypotheses").get<std::vector<std::string>>(), json.at("references").get<std::vector<std::vector<std::string>>>()};
}

MetricVector computed(const Json& vector, const Json& texts) {
  const std::string metric = vector.at("metric"), of = vector.at("texts");
  MetricOptions options;
  for (const auto& [name, value] : vector.at("options").items()) set_option(options, name, value);
  const SegmentSums measured = measure(metric, texts_of(texts.at(of)), options);
  MetricVector out{
      .name = metric + " of " + of + told(vector.at("options")), .source = vector.at("source"), .expected = vector.at("value")};
  out.tolerance = 1e-9;
  out.value = measured.value.value_or(std::numeric_limits<double>::quiet_NaN());
  if (!vector.contains("test")) return out;
  const bool bootstrap = vector.at("test") == "bs";
  const SegmentSums baseline = measure(metric, texts_of(texts.at(vector.at("baseline"))), options);
  out.name +=
      " against " + vector.at("baseline").get<std::string>() + (bootstrap ? ", p of paired bootstrap" : ", p of paired randomization");
  out.value =
      p_value(baseline, measured,
              {.test = bootstrap ? PairedTest::bootstrap : PairedTest::randomization, .trials = vector.at("trials").get<std::int64_t>()});
  return out;
}

}  // namespace

bool MetricVector::passed() const { return std::abs(value - expected) <= tolerance; }

std::vector<MetricVector> metric_vectors() {
  const Json all = Json::parse(metric_vectors_json());
  std::vector<MetricVector> vectors;
  for (const Json& vector : all.at("vectors")) vectors.push_back(computed(vector, all.at("texts")));
  return vectors;
}

}  // namespace synthbench
