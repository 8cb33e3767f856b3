#include "ablations/table_init.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "harness/base/error.h"

namespace synthbench {
namespace {

double standard_deviation(std::string_view word, std::string_view number) {
  double value = 0;
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc{} || stop != end || !std::isfinite(value) || value <= 0) {
    throw UserError(fmt::format("table_init '{}': '{}' is not a standard deviation (try normal:1)", word, number));
  }
  return value;
}

/// Limit of a uniform distribution whose variance is 2 / (fan_in + fan_out).
Init uniform(double fan_in, double fan_out) { return {Init::Kind::uniform, std::sqrt(6.0 / (fan_in + fan_out))}; }

}  // namespace

Init official_init(const LayerConfig& config, std::int64_t columns) {
  const auto cols = static_cast<double>(columns);
  return uniform(cols * static_cast<double>(config.heads), cols * static_cast<double>(config.max_len));
}

Init xavier_init(std::int64_t fan_in, std::int64_t fan_out) { return uniform(static_cast<double>(fan_in), static_cast<double>(fan_out)); }

Init table_init(const LayerConfig& config, std::string_view fallback) {
  const std::string_view word = config.table_init.empty() ? fallback : std::string_view(config.table_init);
  const auto length = static_cast<double>(config.max_len);
  if (word == "glorot") return official_init(config, config.max_len);
  if (word == "xavier") return uniform(length, length);
  constexpr std::string_view normal = "normal:";
  if (word.starts_with(normal)) return {Init::Kind::normal, standard_deviation(word, word.substr(normal.size()))};
  throw UserError(fmt::format("table_init '{}' is unknown (glorot, xavier or normal:STD)", word));
}

}  // namespace synthbench
