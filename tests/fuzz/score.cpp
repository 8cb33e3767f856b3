// Files for `score`: whatever their bytes, every metric gives a number in its range or refuses in words.
#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/segments.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

/// Takes one byte from the front; 0 behind the end.
unsigned take_byte(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  const auto byte = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return byte;
}

MetricOptions options_of(std::string_view& bytes) {
  static const std::vector<std::string> tokenizers = {"13a", "intl", "char", "zh", "none"};
  static const std::vector<std::string> methods = {"exp", "floor", "add-k", "none"};
  const unsigned choice = take_byte(bytes), switches = take_byte(bytes);
  MetricOptions options;
  options.tokenize = tokenizers[choice % tokenizers.size()];
  options.smooth_method = methods[choice / 8 % methods.size()];
  options.lowercase = options.chrf_lowercase = switches & 1;
  options.stem = switches & 2;
  options.ter_normalized = switches & 4;
  options.ter_no_punct = switches & 8;
  options.ter_asian_support = switches & 16;
  options.effective_order = switches & 32;
  options.chrf_word_order = static_cast<int>(switches >> 6);
  return options;
}

void check_range(const Metric& metric, double value) {
  always(std::isfinite(value), "a value that is no number");
  const bool share = metric.scale == "0-1", percent = metric.scale == "0-100" && metric.better == "higher";
  if (share || percent) always(value >= 0 && value <= (share ? 1 : 100) * (1 + 1e-6), "a value outside of its scale");
}

/// The first line is a metric's name, or else its length chooses one.
std::string take_metric(std::string_view& bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string name(bytes.substr(0, end));
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  const std::vector<std::string> names = metrics().names();
  return metrics().find(name) != nullptr ? name : names[name.size() % names.size()];
}

/// Two bytes choose options, then comes the metric; 0xff, which no text can hold, ends the hypotheses.
void fuzz(std::string_view bytes) {
  const MetricOptions options = options_of(bytes);
  const std::string name = take_metric(bytes);
  const std::size_t end = std::min(bytes.find('\xff'), bytes.size());
  const std::string suffix = options.stem ? "x.jsonl" : "x.txt";
  try {
    MetricTexts texts{segments_of(bytes.substr(0, end), suffix), {segments_of(bytes.substr(std::min(end + 1, bytes.size())), suffix)}};
    const std::size_t lines = std::min(texts.hypotheses.size(), texts.references[0].size());
    texts.hypotheses.resize(lines);
    texts.references[0].resize(lines);
    if (const auto value = score(name, texts, options).value) check_range(metrics().at(name), *value);
  } catch (const UserError& error) {
    check_refusal(error.what());
  } catch (const NothingDone& error) {
    check_refusal(error.what());
  }
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
