// query 'FILTER' or --sql SELECT: rows of the database.
#include "results/query.h"

#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "results/format.h"

namespace synthbench {
namespace {

struct QueryCommand {
  std::string filter;
  FlagValue sql;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    output.check();
    if (sql && !filter.empty()) throw UserError("query takes a filter or --sql, not both");
    const auto store = Store::open_to_read(db.path());
    const Store::Selection rows = sql ? query_sql(*store, sql.text) : query_filter(*store, filter);
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows, format)); });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "query",
    {.group = "Look at results",
     .summary = "rows for which a filter holds, or of a read-only SELECT",
     .about = "A filter compares columns of the view v_result, one row per cell and metric: = != < <= > >=, IN (...), LIKE, AND, OR, NOT, "
              "parentheses; texts stand in single quotes. --sql takes one SELECT over any table or view; whatever writes is refused.",
     .example = "synthbench query \"metric = 'median' AND variant IN ('dense', 'vanilla') AND seq_len >= 512\"\n"
                "synthbench query --sql \"SELECT variant, avg(value) FROM v_result WHERE metric = 'median' GROUP BY 1\" -o csv",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<QueryCommand>();
       flags.argument("FILTER", command->filter, "condition on the columns of v_result", false);
       flags.value("--sql", command->sql, "SELECT", "a read-only statement instead of a filter");
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
