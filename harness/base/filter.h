#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace synthbench {

/// The filter language of `query`, --only and --exclude, as a tree:
///
///   filter  := all { OR all }            all  := one { AND one }          one := NOT one | ( filter ) | test
///   test    := column op value | column [NOT] IN ( value {, value} ) | column [NOT] LIKE text
///   op      := = != < <= > >=            value := number | true | false | 'text' ('' is a quote inside)
///
/// Words are known in upper and lower case. There are no functions, sub-queries, comments or arithmetic.
struct Filter {
  enum class Op : std::uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };
  using Value = std::variant<std::int64_t, double, std::string>;  ///< true and false are 1 and 0

  struct Compare {
    std::string column;
    Op op = Op::equal;
    Value value;
  };
  struct In {
    std::string column;
    bool negated = false;
    std::vector<Value> values;
  };
  struct Like {
    std::string column;
    bool negated = false;
    std::string pattern;  ///< % any text, _ one character; ASCII case does not matter
  };
  struct Not {
    std::shared_ptr<const Filter> operand;
  };
  struct And {
    std::vector<Filter> operands;  ///< at least two
  };
  struct Or {
    std::vector<Filter> operands;  ///< at least two
  };

  std::variant<Compare, In, Like, Not, And, Or> node;
};

/// "=" for equal ...: the words of the language, which are also SQL's.
std::string_view spelled(Filter::Op op);

/// known_columns: empty where every word may be a column.
/// Throws UserError "filter, column 9: unknown column 'seqlen' (did you mean 'seq_len'?)"; columns count from 1.
Filter parse_filter(std::string_view text, std::span<const std::string> known_columns);

/// As in SQL: a test of an absent value is unknown, and NOT unknown is unknown.
enum class Truth : std::uint8_t { no, unknown, yes };

/// One Compare, In or Like against the value of its column; nullopt: the column has none here.
Truth test(const Filter& leaf, const std::optional<Filter::Value>& value);

/// The whole tree, given the truth of each Compare, In and Like.
Truth evaluate(const Filter& filter, const std::function<Truth(const Filter& leaf)>& truth_of_leaf);

/// The column of a Compare, In or Like.
const std::string& column_of(const Filter& leaf);

/// Calls visit for each Compare, In and Like, left to right.
void for_each_leaf(Filter& filter, const std::function<void(Filter& leaf)>& visit);

}  // namespace synthbench
