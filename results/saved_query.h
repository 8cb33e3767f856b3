#pragma once

#include <string>

#include "results/store.h"

namespace synthbench {

/// The SELECT that query_filter runs, with its values in it.
std::string sql_of_filter(Store& store, const std::string& filter);

/// Keeps a SELECT under a name. Throws UserError where the name is taken or none.
void save_query(Store& store, const std::string& name, const std::string& sql, const std::string& doc);
void forget_query(Store& store, const std::string& name);
/// The text of one. It comes from the file and may be anybody's: run it with query_sql. Throws UserError with the nearest name.
std::string saved_query(Store& store, const std::string& name);
/// name, doc, sql
Store::Selection list_saved_queries(Store& store);

}  // namespace synthbench
