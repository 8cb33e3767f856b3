#include "results/query.h"

#include <fmt/format.h>

#include "harness/base/error.h"

namespace synthbench {
namespace {

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
    sql() += fmt::format("{} {}IN (", quoted(test.column), test.negated ? "NOT " : "");
    for (std::size_t i = 0; i < test.values.size(); ++i) sql() += (i == 0 ? "" : ", ") + parameter(test.values[i]);
    sql() += ")";
  }
  void operator()(const Filter::Like& test) {
    sql() += fmt::format("{} {}LIKE {}", quoted(test.column), test.negated ? "NOT " : "", parameter(test.pattern));
  }
  void operator()(const Filter::Not& test) {
    sql() += "NOT (";
    write(*test.operand);
    sql() += ")";
  }
  void operator()(const Filter::And& test) { chain(test.operands, " AND "); }
  void operator()(const Filter::Or& test) { chain(test.operands, " OR "); }

 private:
  std::string& sql() { return where_.sql; }

  static std::string quoted(const std::string& column) { return '"' + column + '"'; }

  std::string parameter(const Filter::Value& value) {
    std::visit([&](const auto& plain) { where_.parameters.emplace_back(plain); }, value);
    return fmt::format("?{}", where_.parameters.size());
  }

  void chain(const std::vector<Filter>& operands, const char* between) {
    sql() += "(";
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (i > 0) sql() += between;
      write(operands[i]);
    }
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
