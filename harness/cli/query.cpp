// query 'FILTER' or --sql SELECT: rows of the database.
#include "results/query.h"

#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "results/format.h"
#include "results/saved_query.h"

namespace synthbench {
namespace {

struct QueryCommand {
  std::string filter;
  FlagValue sql, saved, save, doc, forget;
  DatabaseFlag db;
  OutputFlags output;

  /// One way to say what is wanted.
  void check_wish() const {
    const int ways = (filter.empty() ? 0 : 1) + (sql ? 1 : 0) + (saved ? 1 : 0) + (forget ? 1 : 0);
    if (ways > 1) throw UserError("query takes a filter, --sql, --saved or --forget, one of them");
    if (save && (saved || forget)) throw UserError("--save keeps a filter or --sql");
    if (doc && !save) throw UserError("--doc goes with --save");
  }

  Store::Selection rows_of(Store& store) const {
    if (saved) return query_sql(store, saved_query(store, saved.text));
    return sql ? query_sql(store, sql.text) : query_filter(store, filter);
  }

  Exit run() const {
    output.check();
    check_wish();
    const auto store = save || forget ? db.open_to_change() : Store::open_to_read(db.path());
    if (forget) {
      forget_query(*store, forget.text);
      store->checkpoint();
      return Exit::well;
    }
    const Store::Selection rows = rows_of(*store);
    if (save) {
      save_query(*store, save.text, sql ? sql.text : sql_of_filter(*store, filter), doc.text);
      store->checkpoint();
    }
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows, format)); });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "query",
    {.group = "Look at results",
     .summary = "rows for which a filter holds, or of a read-only SELECT",
     .about = "A filter compares columns of the view v_result, one row per cell and metric: = != < <= > >=, IN (...), LIKE, AND, OR, NOT, "
              "parentheses; texts stand in single quotes. --sql takes one SELECT over any table or view; whatever writes is refused. "
              "--save keeps "
              "either in the database under a name, for --saved; `ls queries` lists them.",
     .example = "synthbench query \"metric = 'median' AND variant IN ('dense', 'vanilla') AND seq_len >= 512\"\n"
                "synthbench query --sql \"SELECT variant, avg(value) FROM v_result WHERE metric = 'median' GROUP BY 1\" -o csv\n"
                "synthbench query \"state = 'crashed'\" --save crashes --doc \"what needs a look\"\nsynthbench query --saved crashes",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<QueryCommand>();
       flags.argument("FILTER", command->filter, "condition on the columns of v_result", false);
       flags.value("--sql", command->sql, "SELECT", "a read-only statement instead of a filter");
       flags.value("--saved", command->saved, "NAME", "a query that was saved instead of a filter");
       flags.value("--save", command->save, "NAME", "keep the filter or statement under a new name");
       flags.value("--doc", command->doc, "TEXT", "what a saved query is for");
       flags.value("--forget", command->forget, "NAME", "remove a saved query");
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
