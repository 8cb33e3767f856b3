// merge FILE...: databases of several hosts or shards become one, by content.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "results/exchange.h"

namespace synthbench {
namespace {

struct MergeCommand {
  std::vector<std::string> files;
  DatabaseFlag db;

  Exit run() const {
    for (const std::string& path : files) {
      (void)Store::open_to_read(path);  // refused by name before anything is made
      std::error_code ignored;
      if (std::filesystem::equivalent(path, db.path(), ignored)) {
        throw UserError(path + " is what --db names, and has itself already");
      }
    }
    const auto store = db.open_to_write();
    const Store::Imported counts = merge_files(*store, files);
    store->checkpoint();
    for (const std::string& line : counts.doubtful) fmt::print(stderr, "{}\n", line);
    fmt::print(stderr, "{}\n", told(counts, "merged"));
    return Exit::well;
  }
};

const bool registered = commands().add(
    "merge",
    {.group = "Keep results",
     .summary = "unite databases of several hosts or shards",
     .about = "Takes over every sweep, cell and attempt of the files into the database, which is made if it is not there. The order of the "
              "files does not matter, and merging again changes nothing. The files stay as they are. Tags, notes, baselines, noise floors, "
              "saved queries and published values that a user added come along; of a baseline that two files name differently the one "
              "saved first stays, of a noise floor the one "
              "measured last. What artifacts and logs hold stays beside the file that it came from.",
     .example = "synthbench merge host1.db host2.db --db all.db",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<MergeCommand>();
       flags.arguments("FILE", command->files, "databases, one or more");
       command->db.declare(flags);
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
