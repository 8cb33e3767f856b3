// export: cells and attempts as lines that import reads, or the long form of results for other programs.
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/exchange.h"
#include "results/format.h"
#include "results/sweep_named.h"

namespace synthbench {
namespace {

struct ExportCommand {
  FlagValue sweep;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    output.check();
    const auto store = Store::open_to_read(db.path());
    const std::optional<std::int64_t> only = sweep ? std::optional(sweep_named(*store, sweep.text)) : std::nullopt;
    output.print([&](const std::string& format, const Sink& sink) {
      if (format == "jsonl") {
        LineReader lines(*store, only);
        while (const auto line = lines.next()) sink(json_text(to_json(*line)) + "\n");
        return;
      }
      sink(
          format_rows(store->select_all("SELECT * FROM v_result WHERE ?1 IS NULL OR cell_id IN(SELECT cell_id FROM cell WHERE sweep_id=?1)",
                                        {only ? Json(*only) : Json(nullptr)}),
                      format));
    });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "export",
    {.group = "Keep results",
     .summary = "every attempt with its samples, a line of JSON each, for import",
     .about = "jsonl holds all that is known of each attempt: sweep, config, seed, outcome, build, machine, metrics, raw samples, checks; "
              "cells without an attempt are lines, too. csv and sql are the rows of the view v_result, for other programs.",
     .example = "synthbench export --out results.jsonl\nsynthbench export --sweep quickstart -o csv",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<ExportCommand>();
       flags.value("--sweep", command->sweep, "SWEEP", "one sweep, s3 or its name (default: the whole database)");
       command->db.declare(flags);
       command->output.declare(flags, {"jsonl", "csv", "sql"});
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
