// ls WHAT: lists.
#include <memory>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "harness/cli/command.h"
#include "harness/cli/lists.h"
#include "harness/cli/output.h"
#include "harness/cli/torch_program.h"
#include "results/format.h"

namespace synthbench {
namespace {

std::vector<std::string> list_names() {
  std::vector<std::string> names;
  for (const auto& [name, list] : lists()) names.push_back(name);
  return names;
}

struct LsCommand {
  std::string what;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    const auto found = lists().find(what);
    if (found == lists().end()) throw UserError(unknown_word("list", what, list_names()));
    output.check();
    if (what == "backends") become_torch_program();  // which holds those that need LibTorch
    output.print([&](const std::string& format, const Sink& sink) { sink(list_text(found->second, db.path(), format)); });
    return Exit::well;
  }
};

const bool registered = commands().add("ls", {.group = "Look at results",
                                              .summary = "list sweeps, cells, attempts, variants, backends ...",
                                              .about = "Lists: " + join(list_names()) + ". Ids (s1, c12, a34) are those that `show` takes.",
                                              .example = "synthbench ls variants\nsynthbench ls cells --db results.db -o csv",
                                              .declare = [](FlagSet& flags) -> Action {
                                                const auto command = std::make_shared<LsCommand>();
                                                flags.argument("WHAT", command->what, join(list_names()), true, list_names());
                                                command->db.declare(flags);
                                                command->output.declare(flags, table_formats());
                                                return [command] { return command->run(); };
                                              }});

}  // namespace
}  // namespace synthbench
