// baseline save|ls|rm: names for results that later ones are compared with.
#include <fmt/format.h>

#include <memory>

#include "harness/base/words.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "results/format.h"
#include "results/reference_rows.h"
#include "results/sweep_named.h"

namespace synthbench {
namespace {

struct BaselineCommand {
  std::string name;
  FlagValue sweep;
  DatabaseFlag db;
  OutputFlags output;

  Exit save() const {
    const auto store = db.open_to_change();
    const SavedBaseline saved = save_baseline(*store, name, sweep ? std::optional(sweep_named(*store, sweep.text)) : std::nullopt);
    store->checkpoint();
    fmt::print(stderr, "baseline '{}' saved, {} cell{}: synthbench compare {} SWEEP{}\n", name, saved.cells, saved.cells == 1 ? "" : "s",
               shell_word(name), db.typed());
    if (saved.left_out > 0) {
      fmt::print(stderr, "not covered: {} finished cell{} of s{}, measured by another build or on another machine\n", saved.left_out,
                 saved.left_out == 1 ? "" : "s", saved.sweep);
    }
    if (const auto others = namesakes(*store, sweep ? sweep.text : name_of_sweep(*store, saved.sweep))) fmt::print(stderr, "{}\n", *others);
    return Exit::well;
  }
  Exit remove() const {
    const auto store = db.open_to_change();
    remove_baseline(*store, name);
    store->checkpoint();
    return Exit::well;
  }
  Exit list() const {
    output.check();
    const auto store = Store::open_to_read(db.path());
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(list_baselines(*store), format)); });
    return Exit::well;
  }
};

const bool saves =
    commands().add("baseline save", {.group = "Keep results",
                                     .summary = "name the results of a sweep, to compare later ones with",
                                     .about = "The name stands for what one build had measured on one machine by then, also when "
                                              "the sweep is measured anew.",
                                     .example = "synthbench baseline save before\nsynthbench compare before quickstart",
                                     .declare = [](FlagSet& flags) -> Action {
                                       const auto command = std::make_shared<BaselineCommand>();
                                       flags.argument("NAME", command->name, "a new name");
                                       flags.value("--sweep", command->sweep, "SWEEP", "s3 or its name (default: the latest)");
                                       command->db.declare(flags);
                                       return [command] { return command->save(); };
                                     }});

const bool lists = commands().add("baseline ls", {.group = "Keep results",
                                                  .summary = "list baselines",
                                                  .about = "",
                                                  .example = "synthbench baseline ls",
                                                  .declare = [](FlagSet& flags) -> Action {
                                                    const auto command = std::make_shared<BaselineCommand>();
                                                    command->db.declare(flags);
                                                    command->output.declare(flags, table_formats());
                                                    return [command] { return command->list(); };
                                                  }});

const bool removes = commands().add("baseline rm", {.group = "Keep results",
                                                    .summary = "remove the name of a baseline; its results stay",
                                                    .about = "",
                                                    .example = "synthbench baseline rm before",
                                                    .declare = [](FlagSet& flags) -> Action {
                                                      const auto command = std::make_shared<BaselineCommand>();
                                                      flags.argument("NAME", command->name, "the baseline");
                                                      command->db.declare(flags);
                                                      return [command] { return command->remove(); };
                                                    }});

}  // namespace
}  // namespace synthbench
