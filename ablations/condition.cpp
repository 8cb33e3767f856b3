#include "ablations/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "harness/base/range.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

template <typename Number>
int order(Number a, Number b) {
  return a < b ? -1 : a > b;
}

int order(KeyType type, Slot a, Slot b) {
  if (type == KeyType::number) return order(std::bit_cast<double>(a), std::bit_cast<double>(b));
  return order(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b));  // texts: 0 is equal, the rest is not asked
}

/// The bound of a comparison: any number, also one that the key itself would refuse.
Json bound_of(const Key& key, const std::string& text) {
  if (key.type == KeyType::integer) {
    const std::vector<std::int64_t> bounds = parse_integers(text);
    if (bounds.size() == 1) return bounds[0];
  } else if (key.type == KeyType::number) {
    const std::vector<double> bounds = parse_numbers(text);
    if (bounds.size() == 1) return bounds[0];
  } else {
    return checked_value(key, text);
  }
  throw UserError(fmt::format("'{}' is several values; a comparison needs one", text));
}

}  // namespace

Condition::Condition(std::span<const Setting> tests, const std::string& what, Texts& texts, std::vector<std::string>& warnings) {
  for (const Setting& setting : tests) {
    const Key& key = key_at(setting.key);
    Test test{key_index(setting.key), {}};
    if (setting.value.is_array()) {
      for (const Json& value : setting.value) add(test, key, value, what, setting, texts, warnings);
    } else {
      add(test, key, setting.value, what, setting, texts, warnings);
    }
    tests_.push_back(std::move(test));
  }
}

void Condition::add(Test& test, const Key& key, const Json& value, const std::string& what, const Setting& setting, Texts& texts,
                    std::vector<std::string>& warnings) {
  static const std::pair<std::string_view, Op> kSigns[] = {
      {"!=", Op::not_equal}, {"<=", Op::less_equal}, {">=", Op::greater_equal}, {"<", Op::less}, {">", Op::greater}};
  Op op = Op::equal;
  std::string text = value.is_string() ? std::string(trim(value.get_ref<const std::string&>())) : "";
  for (const auto& [sign, meaning] : kSigns) {
    if (op != Op::equal || !text.starts_with(sign)) continue;
    op = meaning;
    text = trim(std::string_view(text).substr(sign.size()));
  }
  if (op != Op::equal && setting.value.is_array() && setting.value.size() > 1) {
    fail(setting.place, fmt::format("{}, {}: a list means any of its values; write a comparison such as '{}' alone, or two [[exclude]]",
                                    what, key.name, value.get<std::string>()));
  }
  const bool has_order = key.type == KeyType::integer || key.type == KeyType::number;
  if (op != Op::equal && op != Op::not_equal && !has_order) {
    fail(setting.place, fmt::format("{}, {}: it has no order: values, lists and != are known for it", what, key.name));
  }
  try {
    if (op != Op::equal) {
      test.any.push_back({op, slot_of(key, bound_of(key, text), texts)});
    } else {
      for (const Json& one : checked_values(key, value)) test.any.push_back({op, slot_of(key, one, texts)});
    }
  } catch (const UserError& error) {
    const std::string message = what + ", " + key.name + ": " + error.what();
    const bool of_a_registry = key.canonical && value.is_string() && (key.name == "variant" || key.name == "backend" || key.name == "task");
    if (!of_a_registry || std::string_view(error.what()).find("did you mean") != std::string_view::npos) fail(setting.place, message);
    warnings.push_back(
        fmt::format("{}: {}, {}: '{}' is not known to this program and matches nothing", describe(setting.place), what, key.name, text));
    if (op == Op::not_equal) test.any.push_back({op, texts.number(text)});
  }
}

bool Condition::holds(const Test& test, Slot value) {
  const KeyType type = synthbench::keys()[test.key].type;
  return std::any_of(test.any.begin(), test.any.end(), [&](const Alternative& one) {
    const int o = order(type, value, one.bound);
    switch (one.op) {
      case Op::equal: return o == 0;
      case Op::not_equal: return o != 0;
      case Op::less: return o < 0;
      case Op::less_equal: return o <= 0;
      case Op::greater: return o > 0;
      case Op::greater_equal: return o >= 0;
    }
    return false;
  });
}

bool Condition::holds(const ValueOf& value_of) const {
  return std::all_of(tests_.begin(), tests_.end(), [&](const Test& test) {
    const Slot* value = value_of(test.key);
    return value && holds(test, *value);
  });
}

bool Condition::mentions(std::size_t key) const {
  return std::any_of(tests_.begin(), tests_.end(), [&](const Test& test) { return test.key == key; });
}

std::vector<std::size_t> Condition::keys() const {
  std::vector<std::size_t> out;
  for (const Test& test : tests_) out.push_back(test.key);
  return out;
}

}  // namespace synthbench
