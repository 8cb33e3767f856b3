#pragma once

#include <string>
#include <vector>

#include "harness/base/filter.h"
#include "results/store.h"

namespace synthbench {

/// A condition with its parameters ?1, ?2 ...: no text of the user's becomes SQL.
struct Where {
  std::string sql;
  std::vector<Json> parameters;
};
Where where_of(const Filter& filter);
/// A number or a text as SQL and filters write it.
std::string literal(const Json& value);

/// Columns of v_result: the words of the filter language.
std::vector<std::string> result_columns(Store& store);

/// Rows of v_result for which the filter holds. Throws UserError when it does not parse.
Store::Selection query_filter(Store& store, const std::string& filter);

/// Rows of one SELECT that a user typed. Throws UserError for everything else.
Store::Selection query_sql(Store& store, const std::string& sql);

}  // namespace synthbench
