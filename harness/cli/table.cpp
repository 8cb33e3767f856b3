// table PRESET|FILE.sql: a paper-shaped table of what the database holds.
#include "results/table.h"

#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/selection_flags.h"
#include "results/format.h"

namespace synthbench {
namespace {

struct TableCommand {
  std::string preset;
  FlagValue explained;
  SelectionFlags selection;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    output.check();
    if (!preset.ends_with(".sql")) (void)tables().at(preset);
    const auto store = Store::open_to_read(db.path());
    const Table table = make_table(*store, preset, selection.options(*store));
    output.print([&](const std::string& format, const Sink& sink) {
      sink(explained ? explain(table, explained.text) : format_table(table, format));
    });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "table",
    {.group = "Look at results",
     .summary = "a paper-shaped table: a preset, or the rows of FILE.sql",
     .about = "Missing values say why (n/a (oom)); below each table stand seeds, missing cells, machine, build and date. Times of several "
              "builds or "
              "machines are refused in one table without --across-env.",
     .example =
         "synthbench table speed\nsynthbench table speed --only \"variant != 'dense'\" -o tex\nsynthbench table speed --explain dense,512",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<TableCommand>();
       flags.argument("PRESET", command->preset, "a preset (see ls tables), or a file with a SELECT", true, tables().names());
       command->selection.declare(flags);
       flags.value("--explain", command->explained, "ROW,COL", "the attempts behind a number");
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
