// db info|check|migrate|backup|vacuum: the database as a file.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "harness/base/units.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/care.h"
#include "results/format.h"
#include "results/schema.h"

namespace synthbench {
namespace {

double bytes_of(const std::string& path) { return static_cast<double>(std::filesystem::file_size(path)); }

struct DbCommand {
  std::string file;
  DatabaseFlag db;
  OutputFlags output;

  Exit info() const {
    output.check();
    const auto store = Store::open_to_read(db.path());
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(facts_of_file(*store), format)); });
    return Exit::well;
  }

  Exit check() const {
    output.check();
    const auto store = Store::open_to_read(db.path());
    const std::vector<Finding> findings = check_database(*store, std::filesystem::absolute(db.path()).parent_path().string());
    std::vector<OrderedJson> rows;
    for (const Finding& found : findings) rows.push_back({{"check", found.check}, {"status", found.status}, {"detail", found.detail}});
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
    const bool failed = std::ranges::any_of(findings, [](const Finding& found) { return found.status == "fail"; });
    return failed ? Exit::regression : Exit::well;
  }

  Exit migrate() const {
    const auto store = db.open_to_change();
    if (!store->migrated) fmt::print(stderr, "{} has schema version {} already\n", db.path(), kSchemaVersion);
    store->checkpoint();
    return Exit::well;
  }

  Exit backup() const {
    back_up(*Store::open_to_read(db.path()), file);
    fmt::print(stderr, "{}: {}\n", file, format_bytes(bytes_of(file)));
    return Exit::well;
  }

  Exit pack() const {
    const auto store = db.open_to_change();
    store->checkpoint();
    const double before = bytes_of(db.path());
    vacuum(*store);
    fmt::print(stderr, "{}: {}, before {}\n", db.path(), format_bytes(bytes_of(db.path())), format_bytes(before));
    return Exit::well;
  }
};

/// A command of the family that takes --db, and what `more` declares.
bool add(const std::string& name, const std::string& summary, const std::string& about, const std::string& example,
         Exit (DbCommand::*run)() const, void (*more)(FlagSet&, DbCommand&) = nullptr) {
  return commands().add(
      name,
      {.group = "Keep results", .summary = summary, .about = about, .example = example, .declare = [run, more](FlagSet& flags) -> Action {
         const auto command = std::make_shared<DbCommand>();
         if (more != nullptr) more(flags, *command);
         command->db.declare(flags);
         return [command, run] { return ((*command).*run)(); };
       }});
}

void with_table(FlagSet& flags, DbCommand& command) { command.output.declare(flags, table_formats()); }

const bool says = add("db info", "size, version and contents of the database", "", "synthbench db info", &DbCommand::info, with_table);

const bool checks =
    add("db check", "whether the file is sound and its results belong together",
        "Looks at every page, index and constraint; at rows that name others; whether each result is of its cell's config and "
        "seed; at the hashes of configs and of artifacts' files. Exit 4 where something is wrong; a file of an artifact that "
        "is not here is a warning.",
        "synthbench db check", &DbCommand::check, with_table);

const bool migrates =
    add("db migrate", "bring a database of an older version to this one",
        "Every command that writes does so by itself. The file as it was is kept beside it, FILE.v1.bak. A newer file than "
        "this program knows is refused.",
        "synthbench db migrate", &DbCommand::migrate);

const bool backs_up =
    add("db backup", "copy the database, also while a run writes it",
        "The copy is the database at one moment. A file that exists is not overwritten. Logs and artifacts are not copied.",
        "synthbench db backup before-upgrade.db", &DbCommand::backup,
        [](FlagSet& flags, DbCommand& command) { flags.argument("FILE", command.file, "the copy, a new file"); });

const bool packs = add("db vacuum", "give back the space of what was removed", "", "synthbench db vacuum", &DbCommand::pack);

}  // namespace
}  // namespace synthbench
