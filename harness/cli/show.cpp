// show ID: one sweep, cell or attempt, with all that is known of it.
#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "harness/cli/show_json.h"
#include "harness/cli/show_text.h"
#include "results/row_id.h"

namespace synthbench {
namespace {

struct ShowCommand {
  std::string id;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    const RowId wanted = parse_row_id(id);
    output.check();
    const auto store = Store::open_to_read(db.path());
    const OrderedJson found = wanted.kind == 's'   ? show_sweep(*store, wanted.number)
                              : wanted.kind == 'c' ? show_cell(*store, db.path(), wanted.number)
                                                   : show_attempt(*store, db.path(), wanted.number);
    if (found.is_null()) throw UserError("no " + id + " in " + db.path());
    output.print([&](const std::string& format, const Sink& sink) {
      if (format == "md") return sink(show_text(found));
      sink(json_text(found, format == "json" ? 2 : -1) + "\n");
    });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "show",
    {.group = "Look at results",
     .summary = "one sweep (s1), cell (c12) or attempt (a34)",
     .about = "Prints the resolved config, outcome and reason, metrics, samples per launch, checks against the oracle, the end of the "
              "worker's log and the command that measures the cell again.",
     .example = "synthbench show c12\nsynthbench show a34 -o json",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<ShowCommand>();
       flags.argument("ID", command->id, "s1, c12 or a34");
       command->db.declare(flags);
       command->output.declare(flags, {"md", "json", "jsonl"});
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
