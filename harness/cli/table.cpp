// table PRESET|FILE.sql: a paper-shaped table of what the database holds.
#include "results/table.h"

#include <fmt/format.h>

#include <memory>

#include "ablations/keys.h"
#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/selection_flags.h"
#include "results/format.h"

namespace synthbench {
namespace {

struct TableCommand {
  std::string preset;
  FlagValue explained;
  bool paper = false;
  SaidBy paper_by = SaidBy::flag;
  SelectionFlags selection;
  DatabaseFlag db;
  OutputFlags output;

  /// A SELECT says itself which rows it shows; they come from no attempt that is known, and from no paper.
  bool is_select() const { return preset.ends_with(".sql"); }

  void refuse_what_does_not_apply() const {
    if (!is_table_file(preset)) (void)tables().at(preset);
    if (is_select()) {
      selection.refuse_for(preset);
      if (paper && paper_by == SaidBy::flag) throw UserError("--paper: " + preset + " is of no paper");
      if (explained && explained.by == SaidBy::flag)
        throw UserError("--explain: which attempts stand behind a row of " + preset + " is not known");
    } else if (explained) {
      for (const std::string& format : output.printed()) check_explained(format);
    }
  }

  static void check_explained(const std::string& format) {
    if (format != "md" && format != "json" && format != "jsonl")
      throw UserError(fmt::format("--explain prints text (md), json or jsonl, not {}", format));
  }

  void print_explained(Store& store, const Table& table, const std::string& format, const Sink& sink) const {
    if (format == "md") return sink(explain(store, table, explained.text));
    const OrderedJson all = explain_json(store, table, explained.text);
    if (format == "json") return sink(all.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
    for (const OrderedJson& one : all) sink(one.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n");
  }

  Exit run() const {
    output.check();
    refuse_what_does_not_apply();
    const auto store = Store::open_to_read(db.path());
    TableOptions options;
    if (!is_select()) {
      options = selection.options(*store);
      options.paper = paper;
      options.keys = key_names();
      options.typed += db.typed();
    }
    const Table table = make_table(*store, preset, options);
    output.print([&](const std::string& format, const Sink& sink) {
      explained && !is_select() ? print_explained(*store, table, format, sink) : sink(format_table(table, format));
    });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "table",
    {.group = "Look at results",
     .summary = "a paper-shaped table: a preset, or a file of your own",
     .about = "Missing values say why (n/a (oom)); below each table stand seeds, missing cells, machine, build and date. Times of several "
              "builds or "
              "machines are refused in one table without --across-env.",
     .example = "synthbench table speed\nsynthbench table speed --only \"variant != 'dense'\" -o tex\nsynthbench table speed --explain "
                "dense,median_ms\n"
                "synthbench table paper2 --paper",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<TableCommand>();
       flags.argument("PRESET", command->preset, "a preset (see ls tables), or FILE.toml or FILE.sql of your own", true, tables().names());
       command->selection.declare(flags);
       flags.value("--explain", command->explained, "ROW,COL", "what is behind a number: attempts, seeds, commit, logs, commands");
       flags.toggle("--paper", command->paper, "published values beside ours: difference, its interval, n", &command->paper_by);
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
