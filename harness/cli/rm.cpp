// rm ID... and gc: what is not wanted any more, and what nothing needs.
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "harness/stray_files.h"
#include "results/format.h"
#include "results/removal.h"

namespace synthbench {
namespace {

struct CareCommand {
  std::vector<std::string> ids;
  bool dry_run = false;
  DatabaseFlag db;
  OutputFlags output;

  void print(const OrderedJson& row) const {
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of({row}), format)); });
  }

  Exit remove() const {
    output.check();
    Removal removal;
    std::vector<std::filesystem::path> files;
    std::uintmax_t bytes = 0;
    const auto look = [&](const Removal& found) {
      files = files_of(found, db.path());
      bytes = bytes_of(files);
    };
    if (dry_run) {
      removal = removal_of(*Store::open_to_read(db.path()), ids);
      look(removal);
    } else {
      const auto store = db.open_to_change();
      removal = remove_results(*store, ids, [&](const Removal& found) {
        look(found);
        remove_files(files, db.path());
      });
      store->checkpoint();
    }
    print({{"removed", !dry_run},
           {"sweeps", removal.sweeps.size()},
           {"cells", removal.cells.size()},
           {"attempts", removal.attempts.size()},
           {"metrics", removal.metrics},
           {"samples", removal.samples},
           {"files", files.size()},
           {"file_bytes", bytes}});
    return Exit::well;
  }

  Exit collect() const {
    output.check();
    Garbage garbage;
    std::vector<std::filesystem::path> files;
    std::uintmax_t bytes = 0;
    const auto look = [&](Store& store) {
      files = stray_files(store, db.path());
      bytes = bytes_of(files);
    };
    if (dry_run) {
      const auto store = Store::open_to_read(db.path());
      garbage = garbage_of(*store);
      look(*store);
    } else {
      const auto store = db.open_to_change();
      garbage = collect_garbage(*store, [&] {
        look(*store);
        remove_files(files, db.path());
      });
      store->checkpoint();
    }
    print({{"removed", !dry_run},
           {"configs", garbage.configs},
           {"metric_defs", garbage.metric_defs},
           {"files", files.size()},
           {"file_bytes", bytes}});
    return Exit::well;
  }
};

const bool removes = commands().add(
    "rm",
    {.group = "Keep results",
     .summary = "remove sweeps, cells or attempts with all that belongs to them",
     .about = "Takes metrics, samples, checks, logs and artifacts along. Refused where it runs now, where a baseline names the sweep or "
              "holds the attempt, and where another sweep reuses its results. A cell that loses its result takes that of its attempts that "
              "are left, or is "
              "pending again. `db vacuum` gives the space back.",
     .example = "synthbench rm s3 --dry-run\nsynthbench rm s3 c12 a34",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CareCommand>();
       flags.arguments("ID", command->ids, "s1, c12 or a34, one or more");
       flags.toggle("--dry-run", command->dry_run, "print what would go, and change nothing");
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->remove(); };
     }});

const bool collects = commands().add(
    "gc",
    {.group = "Keep results",
     .summary = "remove what no cell and no attempt needs",
     .about = "Configs without cells, definitions of metrics without values, and logs and artifacts beside the database whose attempt or "
              "cell it does not hold. No attempt goes, nor a build, a machine or a noise floor. `db vacuum` gives the space back.",
     .example = "synthbench gc --dry-run",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CareCommand>();
       flags.toggle("--dry-run", command->dry_run, "print what would go, and change nothing");
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->collect(); };
     }});

}  // namespace
}  // namespace synthbench
