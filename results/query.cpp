#include "results/query.h"

#include <fmt/format.h>

#include <span>

#include "harness/base/error.h"

namespace synthbench {
namespace {

constexpr std::size_t kMostParameters = 32766;

/// Builds SQL of operators, checked column names and parameters ?1, ?2 ...
class Writer {
 public:
  void write(const Filter& filter) {
    std::visit([&](const auto& node) { (*this)(node); }, filter.node);
  }
  Where take() && { return std::move(where_); }

  void operator()(const Filter::Compare& test) {
    sql() += fmt::format("{} {} {}", quoted(test.column), spelled(test.op), parameter(test.value));
  }
  void operator()(const Filter::In& test) {
    Json values = Json::array();  // one parameter, however many they are
    for (const Filter::Value& value : test.values) std::visit([&](const auto& plain) { values.push_back(plain); }, value);
    where_.parameters.emplace_back(values.dump(-1, ' ', false, Json::error_handler_t::replace));
    sql() += fmt::format("{} {}IN (SELECT value FROM json_each(?{}))", quoted(test.column), test.negated ? "NOT " : "",
                         where_.parameters.size());
  }
  void operator()(const Filter::Like& test) {
    sql() += fmt::format("{} {}LIKE {}", quoted(test.column), test.negated ? "NOT " : "", parameter(test.pattern));
  }
  void operator()(const Filter::Not& test) {
    sql() += "NOT (";
    write(*test.operand);
    sql() += ")";
  }
  void operator()(const Filter::And& test) { join(test.operands, " AND "); }
  void operator()(const Filter::Or& test) { join(test.operands, " OR "); }

 private:
  std::string& sql() { return where_.sql; }

  static std::string quoted(const std::string& column) { return '"' + column + '"'; }

  std::string parameter(const Filter::Value& value) {
    std::visit([&](const auto& plain) { where_.parameters.emplace_back(plain); }, value);
    return fmt::format("?{}", where_.parameters.size());
  }

  /// By halves: SQLite takes a tree a thousand deep, and a row of operators is as deep as it is long.
  void join(std::span<const Filter> operands, const char* between) {
    if (operands.size() == 1) return write(operands.front());
    const std::size_t half = operands.size() / 2;
    sql() += "(";
    join(operands.first(half), between);
    sql() += between;
    join(operands.subspan(half), between);
    sql() += ")";
  }

  Where where_;
};

}  // namespace

Where where_of(const Filter& filter) {
  Writer writer;
  writer.write(filter);
  Where where = std::move(writer).take();
  if (where.parameters.size() > kMostParameters) {
    throw UserError(fmt::format("a filter of {} tests is more than the {} that SQLite takes (IN (...) is one test)",
                                where.parameters.size(), kMostParameters));
  }
  return where;
}

std::string literal(const Json& value) {
  if (!value.is_string()) return value.dump();  // of a number the fewest digits that are it; SQLite's own text of it has fifteen
  std::string out = "'";
  for (const char c : value.get_ref<const std::string&>()) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::vector<std::string> result_columns(Store& store) { return store.select_all("SELECT * FROM v_result WHERE 0").columns; }

Store::Selection query_filter(Store& store, const std::string& filter) {
  const Where where = where_of(parse_filter(filter, result_columns(store)));
  return store.select_all("SELECT * FROM v_result WHERE " + where.sql, where.parameters);
}

Store::Selection query_sql(Store& store, const std::string& sql) { return store.select_untrusted(sql); }

}  // namespace synthbench
