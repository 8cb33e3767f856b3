// table PRESET|FILE.sql: a paper-shaped table of what the database holds.
#include "results/table.h"

#include <memory>

#include "ablations/keys.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/selection_flags.h"
#include "results/format.h"

namespace synthbench {
namespace {

struct TableCommand {
  std::string preset;
  FlagValue explained;
  bool paper = false;
  SelectionFlags selection;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    output.check();
    if (!is_table_file(preset)) (void)tables().at(preset);
    const auto store = Store::open_to_read(db.path());
    TableOptions options = selection.options(*store);
    options.paper = paper;
    options.keys = key_names();
    const Table table = make_table(*store, preset, options);
    output.print([&](const std::string& format, const Sink& sink) {
      sink(explained ? explain(*store, table, explained.text) : format_table(table, format));
    });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "table",
    {.group = "Look at results",
     .summary = "a paper-shaped table: a preset, or a file of your own",
     .about = "Missing values say why (n/a (oom)); below each table stand seeds, missing cells, machine, build and date. Times of several "
              "builds or "
              "machines are refused in one table without --across-env.",
     .example = "synthbench table speed\nsynthbench table speed --only \"variant != 'dense'\" -o tex\nsynthbench table speed --explain "
                "dense,median_ms\n"
                "synthbench table paper2 --paper",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<TableCommand>();
       flags.argument("PRESET", command->preset, "a preset (see ls tables), or FILE.toml or FILE.sql of your own", true, tables().names());
       command->selection.declare(flags);
       flags.value("--explain", command->explained, "ROW,COL", "what is behind a number: attempts, seeds, commit, logs, commands");
       flags.toggle("--paper", command->paper, "published values beside ours: difference, its interval, n");
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
