#include "results/figure_ticks.h"

#include <algorithm>
#include <cmath>

#include "harness/base/units.h"

namespace synthbench {
namespace {

using Scale = FigureAxis::Scale;

/// "1.00 ms" as "1 ms", "0.500" as "0.5".
std::string without_zeros(std::string text) {
  const std::size_t end = std::min(text.find_first_not_of("-0123456789."), text.size());
  if (text.substr(0, end).find('.') == std::string::npos) return text;
  std::size_t keep = text.find_last_not_of('0', end - 1) + 1;
  if (text[keep - 1] == '.') --keep;
  return text.erase(keep, end - keep);
}

std::string text_of(const FigureAxis& axis, double value) { return without_zeros(axis.text ? axis.text(value) : format_number(value)); }

/// Multiples of 1, 2 or 5 times a power of the base inside [lo, hi], fewer than `most`. unit: what the steps are round in.
std::vector<double> even_ticks(double lo, double hi, std::size_t most, double unit) {
  const double wide = (hi - lo) / unit / static_cast<double>(std::max<std::size_t>(most, 2));
  const double decade = std::pow(10, std::floor(std::log10(wide)));
  double step = 10 * decade;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= wide) {
      step = factor * decade;
      break;
    }
  }
  step *= unit;
  std::vector<double> out;
  for (double k = std::ceil(lo / step - 1e-9); k * step <= hi + 1e-9 * step; ++k) out.push_back(k * step);
  return out;
}

/// base^k times each factor, inside [lo, hi].
std::vector<double> powers(double lo, double hi, double base, std::initializer_list<double> factors) {
  std::vector<double> out;
  for (double k = std::floor(std::log(lo) / std::log(base)) - 1; std::pow(base, k) <= hi; ++k) {
    for (const double factor : factors) {
      const double at = factor * std::pow(base, k);
      if (at >= lo * (1 - 1e-9) && at <= hi * (1 + 1e-9)) out.push_back(at);
    }
  }
  return out;
}

void thin_out(std::vector<double>& ticks, std::size_t most) {
  const std::size_t every = (ticks.size() + most - 1) / std::max<std::size_t>(most, 1);
  if (every < 2) return;
  std::vector<double> kept;
  for (std::size_t i = (ticks.size() - 1) % every; i < ticks.size(); i += every) kept.push_back(ticks[i]);
  ticks = kept;
}

std::vector<double> log_ticks(double lo, double hi, std::size_t most, double unit) {
  for (const auto& factors : {std::initializer_list<double>{1, 2, 5}, std::initializer_list<double>{1, 1.5, 2, 3, 5, 7}}) {
    const std::vector<double> fine = powers(lo, hi, 10, factors);
    if (fine.size() >= 3 && fine.size() <= most) return fine;
  }
  if (hi / lo < 10) return even_ticks(lo, hi, most, unit);
  std::vector<double> coarse = powers(lo, hi, 10, {1});
  thin_out(coarse, most);
  return coarse;
}

double unit_of(const FigureAxis& axis, double value) {
  if (axis.text != format_bytes) return 1;
  return std::pow(1024, std::clamp(std::floor(std::log2(std::max(1.0, std::abs(value))) / 10), 0.0, 4.0));
}

}  // namespace

DrawnAxis drawn_axis(const FigureAxis& axis, std::vector<double> values, std::size_t most) {
  const bool log = axis.scale != Scale::linear;
  values.insert(values.end(), axis.covers.begin(), axis.covers.end());
  for (const FigureAxis::Tick& tick : axis.ticks) values.push_back(tick.at);
  if (axis.mark) values.push_back(*axis.mark);
  std::erase_if(values, [&](double value) { return !std::isfinite(value) || (log && value <= 0); });
  if (values.empty()) values = {1};
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  DrawnAxis out{.lo = *least, .hi = *largest, .ticks = axis.ticks};
  if (log) {
    const double room = std::max(1.12, std::pow(out.hi / out.lo, 0.06));
    out.lo /= room, out.hi *= room;
  } else if (!axis.ticks.empty()) {
    out.lo -= 0.6, out.hi += 0.6;  // a list: half a line above and below
  } else {
    const double room = out.hi > out.lo ? 0.06 * (out.hi - out.lo) : std::max(0.05 * std::abs(out.hi), 1e-3);
    out.lo -= room, out.hi += room;
  }
  if (!out.ticks.empty()) return out;
  std::vector<double> at;
  const double unit = unit_of(axis, out.hi);
  if (axis.scale == Scale::log2) {
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    at = axis.text || values.size() > most ? powers(out.lo, out.hi, 2, {1}) : values;
    if (at.size() < 3 && axis.text) at = even_ticks(out.lo, out.hi, most, unit);
    thin_out(at, most);
  } else {
    at = log ? log_ticks(out.lo, out.hi, most, unit) : even_ticks(out.lo, out.hi, most, unit);
  }
  for (const double value : at) out.ticks.push_back({value, text_of(axis, value)});
  return out;
}

}  // namespace synthbench
