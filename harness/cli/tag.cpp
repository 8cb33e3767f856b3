// tag and note: words on a sweep.
#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "results/sweep_named.h"
#include "results/words_of_sweeps.h"

namespace synthbench {
namespace {

struct TagCommand {
  std::string sweep, words;
  bool remove = false;
  DatabaseFlag db;

  Exit tag() const {
    const auto store = db.open_to_change();
    const std::int64_t id = sweep_named(*store, sweep);
    remove ? remove_tag(*store, id, words) : add_tag(*store, id, words);
    store->checkpoint();
    return Exit::well;
  }
  Exit note() const {
    const auto store = db.open_to_change();
    set_note(*store, sweep_named(*store, sweep), words);
    store->checkpoint();
    return Exit::well;
  }
};

const bool tags = commands().add("tag", {.group = "Keep results",
                                         .summary = "put a word on a sweep",
                                         .about = "`ls sweeps` and `show` print tags and notes. Tagging twice is tagging once.",
                                         .example = "synthbench tag s3 paper-draft\nsynthbench tag quickstart paper-draft --remove",
                                         .declare = [](FlagSet& flags) -> Action {
                                           const auto command = std::make_shared<TagCommand>();
                                           flags.argument("SWEEP", command->sweep, "s3 or its name: the latest of that name");
                                           flags.argument("TAG", command->words, "the word");
                                           flags.toggle("--remove", command->remove, "take the word away");
                                           command->db.declare(flags);
                                           return [command] { return command->tag(); };
                                         }});

const bool notes = commands().add("note", {.group = "Keep results",
                                           .summary = "write a note on a sweep",
                                           .about = "The text is kept as it is. A second note takes the place of the first, '' removes it.",
                                           .example = "synthbench note s3 \"before the fan was cleaned\"",
                                           .declare = [](FlagSet& flags) -> Action {
                                             const auto command = std::make_shared<TagCommand>();
                                             flags.argument("SWEEP", command->sweep, "s3 or its name: the latest of that name");
                                             flags.argument("TEXT", command->words, "the note");
                                             command->db.declare(flags);
                                             return [command] { return command->note(); };
                                           }});

}  // namespace
}  // namespace synthbench
