// import FILE: what export wrote, from another host or another time.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/config_row.h"
#include "results/exchange.h"

namespace synthbench {
namespace {

struct ImportCommand {
  std::string file;
  DatabaseFlag db;

  Exit run() const {
    std::unique_ptr<Store> store;
    const auto open = [&]() -> Store& {
      store = db.open_to_write();
      return *store;
    };
    const Store::Imported counts = import_file(file, open, config_row);
    store->checkpoint();
    fmt::print(stderr, "{}\n", told(counts, "imported"));
    return Exit::well;
  }
};

const bool registered = commands().add(
    "import",
    {.group = "Keep results",
     .summary = "take over what export or llama-bench wrote",
     .about =
         "Reads lines of `export -o jsonl` into the database, which is made if it is not there. Attempts that are here already gain "
         "scores that they lack, and their end where they still run here, in a copy; importing twice is importing once. A malformed line "
         "is refused with its number, and nothing of its file is "
         "imported. Hashes of builds, machines and configs are computed anew. Rows of `llama-bench -o jsonl` and `-o json` become cells "
         "of a sweep llama-bench, to query beside ours; nothing vouches for what they computed.",
     .example =
         "synthbench import results.jsonl\nsynthbench import host7.jsonl --db all.db\nllama-bench -m model.gguf -o jsonl > llama.jsonl && "
         "synthbench import llama.jsonl",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<ImportCommand>();
       flags.argument("FILE", command->file, "lines of `export -o jsonl` or rows of llama-bench");
       command->db.declare(flags);
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
