#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ablations/grid.h"
#include "ablations/point.h"

namespace synthbench {

/// `when` and `only`: tests of keys, all of which must hold. A test is a value, a list of values, a text of ranges, or a
/// comparison (">512", "!=vanilla"); a key without a value at a point matches nothing.
class Condition {
 public:
  Condition() = default;
  /// what: "axis 'rank' when", for messages. Throws UserError with the place of the test. A variant, backend or task that
  /// this program does not know matches nothing: that is a warning, and an error where a known word is near.
  Condition(std::span<const Setting> tests, const std::string& what, Texts& texts, std::vector<std::string>& warnings);

  using ValueOf = std::function<const Slot*(std::size_t key)>;  ///< nullptr: no value
  bool holds(const ValueOf& value_of) const;

  bool empty() const { return tests_.empty(); }
  bool mentions(std::size_t key) const;
  std::vector<std::size_t> keys() const;

 private:
  enum class Op : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };
  struct Alternative {
    Op op = Op::equal;
    Slot bound = 0;
  };
  struct Test {
    std::size_t key = 0;
    std::vector<Alternative> any;
  };
  static bool holds(const Test& test, Slot value);
  static void add(Test& test, const Key& key, const Json& value, const std::string& what, const Setting& setting, Texts& texts,
                  std::vector<std::string>& warnings);

  std::vector<Test> tests_;
};

}  // namespace synthbench
