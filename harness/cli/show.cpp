// show ID: one sweep, cell or attempt, with all that is known of it.
#include <charconv>
#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "harness/cli/show_json.h"
#include "harness/cli/show_text.h"

namespace synthbench {
namespace {

struct Id {
  char kind = 0;  ///< s, c or a
  std::int64_t number = 0;
};

Id parse_id(const std::string& text) {
  Id id{text.empty() ? char{} : text.front(), 0};
  const char* end = text.data() + text.size();
  const bool kind_known = id.kind == 's' || id.kind == 'c' || id.kind == 'a';
  const auto [stop, error] =
      kind_known ? std::from_chars(text.data() + 1, end, id.number) : std::from_chars_result{text.data(), std::errc::invalid_argument};
  if (error != std::errc() || stop != end || id.number < 1) {
    throw UserError("'" + text + "' is no id: s1 is a sweep, c12 a cell, a34 an attempt (see synthbench ls cells)");
  }
  return id;
}

struct ShowCommand {
  std::string id;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    const Id wanted = parse_id(id);
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
