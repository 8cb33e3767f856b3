#include "harness/base/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <tuple>
#include <utility>

#include "harness/base/words.h"

namespace synthbench {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

std::string text_of(const Filter::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  return fmt::format("{}", std::get<double>(value));
}

std::optional<double> number_of(const Filter::Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const std::string_view text = trim(std::get<std::string>(value));
  double parsed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return parsed;
}

/// Negative, zero or positive. What a column holds decides, as with SQL's affinities: a number column reads a text as a
/// number where it is one (and stands before it where it is none), a text column reads a number as its text.
int order(const Filter::Value& cell, const Filter::Value& literal) {
  if (std::holds_alternative<std::string>(cell)) return text_of(cell).compare(text_of(literal));
  const std::optional<double> right = number_of(literal);
  if (!right || std::isnan(*right)) return -1;
  if (std::holds_alternative<std::int64_t>(cell) && std::holds_alternative<std::int64_t>(literal)) {
    const std::int64_t a = std::get<std::int64_t>(cell), b = std::get<std::int64_t>(literal);
    return a < b ? -1 : a > b;
  }
  const double left = *number_of(cell);
  return left < *right ? -1 : left > *right;
}

bool holds(Filter::Op op, int order) {
  switch (op) {
    case Filter::Op::equal: return order == 0;
    case Filter::Op::not_equal: return order != 0;
    case Filter::Op::less: return order < 0;
    case Filter::Op::less_equal: return order <= 0;
    case Filter::Op::greater: return order > 0;
    case Filter::Op::greater_equal: return order >= 0;
  }
  return false;
}

bool same_letter(char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); }

std::size_t letter_bytes(std::string_view text) {  // of the UTF-8 character at the front
  std::size_t n = 1;
  while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
  return n;
}

/// Linear in text times pattern: only the last % is ever tried again.
bool like(std::string_view text, std::string_view pattern) {
  std::optional<std::pair<std::string_view, std::string_view>> retry;
  while (true) {
    if (!pattern.empty() && pattern[0] == '%') {
      pattern.remove_prefix(1);
      retry = {text, pattern};
    } else if (text.empty() && pattern.empty()) {
      return true;
    } else if (!text.empty() && !pattern.empty() && (pattern[0] == '_' || same_letter(text[0], pattern[0]))) {
      text.remove_prefix(pattern[0] == '_' ? letter_bytes(text) : 1);
      pattern.remove_prefix(1);
    } else if (retry && !retry->first.empty()) {
      retry->first.remove_prefix(letter_bytes(retry->first));
      std::tie(text, pattern) = *retry;
    } else {
      return false;
    }
  }
}

Truth truth(bool yes) { return yes ? Truth::yes : Truth::no; }
Truth negated(Truth truth) { return truth == Truth::unknown ? truth : truth == Truth::yes ? Truth::no : Truth::yes; }

}  // namespace

std::string_view spelled(Filter::Op op) {
  switch (op) {
    case Filter::Op::equal: return "=";
    case Filter::Op::not_equal: return "!=";
    case Filter::Op::less: return "<";
    case Filter::Op::less_equal: return "<=";
    case Filter::Op::greater: return ">";
    case Filter::Op::greater_equal: return ">=";
  }
  return "";
}

Truth test(const Filter& leaf, const std::optional<Filter::Value>& value) {
  if (!value) return Truth::unknown;
  return std::visit(
      Overloaded{[&](const Filter::Compare& compare) { return truth(holds(compare.op, order(*value, compare.value))); },
                 [&](const Filter::In& in) {
                   const bool found =
                       std::any_of(in.values.begin(), in.values.end(), [&](const Filter::Value& one) { return order(*value, one) == 0; });
                   return truth(found != in.negated);
                 },
                 [&](const Filter::Like& pattern) { return truth(like(text_of(*value), pattern.pattern) != pattern.negated); },
                 [](const auto&) { return Truth::unknown; }},
      leaf.node);
}

Truth evaluate(const Filter& filter, const std::function<Truth(const Filter& leaf)>& truth_of_leaf) {
  if (const auto* inner = std::get_if<Filter::Not>(&filter.node)) return negated(evaluate(*inner->operand, truth_of_leaf));
  if (const auto* all = std::get_if<Filter::And>(&filter.node)) {
    Truth least = Truth::yes;
    for (const Filter& operand : all->operands) {
      least = std::min(least, evaluate(operand, truth_of_leaf));
      if (least == Truth::no) break;
    }
    return least;
  }
  if (const auto* any = std::get_if<Filter::Or>(&filter.node)) {
    Truth most = Truth::no;
    for (const Filter& operand : any->operands) {
      most = std::max(most, evaluate(operand, truth_of_leaf));
      if (most == Truth::yes) break;
    }
    return most;
  }
  return truth_of_leaf(filter);
}

const std::string& column_of(const Filter& leaf) {
  static const std::string none;
  return std::visit(Overloaded{[](const Filter::Compare& one) -> const std::string& { return one.column; },
                               [](const Filter::In& one) -> const std::string& { return one.column; },
                               [](const Filter::Like& one) -> const std::string& { return one.column; },
                               [](const auto&) -> const std::string& { return none; }},
                    leaf.node);
}

void for_each_leaf(Filter& filter, const std::function<void(Filter& leaf)>& visit) {
  if (auto* inner = std::get_if<Filter::Not>(&filter.node)) {
    Filter operand = *inner->operand;
    for_each_leaf(operand, visit);
    inner->operand = std::make_shared<const Filter>(std::move(operand));
  } else if (auto* all = std::get_if<Filter::And>(&filter.node)) {
    for (Filter& operand : all->operands) for_each_leaf(operand, visit);
  } else if (auto* any = std::get_if<Filter::Or>(&filter.node)) {
    for (Filter& operand : any->operands) for_each_leaf(operand, visit);
  } else {
    visit(filter);
  }
}

}  // namespace synthbench
