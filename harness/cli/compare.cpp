// compare A B: verdicts on what differs between two sets of results.
#include "results/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/cli/choices.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/sweep_named.h"

namespace synthbench {
namespace {

const std::vector<std::string> kTests = {"t", "wilcoxon"};
const std::vector<std::string> kWithoutNotes = {"json", "jsonl", "csv", "sql"};  ///< formats of rows alone

std::string compared_text(const ComparisonTable& table, const std::string& format) {
  if (format != "json" && format != "jsonl") return format_table(table_of(table), format);
  std::string text = format == "json" ? "[" : "";
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    if (format == "json") text += i == 0 ? "\n" : ",\n";
    text += json_text(to_json(table.rows[i])) + (format == "jsonl" ? "\n" : "");
  }
  return text + (format == "json" ? "\n]\n" : "");
}

struct CompareCommand {
  std::string a, b;
  FlagValue sweep, only, alpha, test, fail_on;
  bool across_env = false, only_changed = false;
  DatabaseFlag db;
  OutputFlags output;

  CompareOptions options() const {
    CompareOptions out;
    out.across_env = across_env;
    if (one_of(test, "test", kTests, "t") == "wilcoxon") out.test = DifferenceTest::wilcoxon;
    if (!alpha) return out;
    try {
      out.alpha = parse_fraction(alpha.text);
    } catch (const UserError& error) {
      throw UserError(alpha.where + ": " + error.what());
    }
    if (out.alpha <= 0 || out.alpha >= 1) throw UserError(alpha.where + ": a level between 0 and 1 is needed");
    return out;
  }

  Exit run() const {
    output.check();
    const CompareOptions how = options();
    const std::vector<FailRule> rules = fail_on ? parse_fail_rules(fail_on.text) : std::vector<FailRule>();
    const auto store = Store::open_to_read(db.path());
    TableOptions within;
    if (sweep) within.sweep = sweep_named(*store, sweep.text);
    within.filter = only.text;
    ComparisonTable table = compare(*store, side_named(*store, a, within), side_named(*store, b, within), how);
    if (const auto others = sweep ? namesakes(*store, sweep.text) : std::nullopt) {
      table.notes.push_back(*others);
      table.warnings.push_back(*others);
    }
    const bool failed = std::ranges::any_of(table.rows, [&](const Comparison& row) {
      return std::ranges::any_of(rules, [&](const FailRule& rule) { return rule.holds(row); });
    });
    if (only_changed) {
      const auto unchanged = std::erase_if(table.rows, [](const Comparison& row) { return !row.changed(); });
      table.notes.push_back(std::to_string(unchanged) + " rows that are the same or ambiguous are left out");
    }
    output.print([&](const std::string& format, const Sink& sink) { sink(compared_text(table, format)); });
    const bool without_notes = std::ranges::find(kWithoutNotes, output.format()) != kWithoutNotes.end();
    for (const std::string& warning : table.warnings) {
      if (without_notes && !output.second()) fmt::print(stderr, "{}\n", warning);
    }
    return failed ? Exit::regression : table.judged ? Exit::well : Exit::nothing_done;
  }
};

/// What completion offers: the names that do not depend on a database.
std::vector<std::string> words_of_a_side() {
  std::vector<std::string> words = words_of_key("backend");
  for (const std::string& variant : words_of_key("variant")) words.push_back(variant);
  return words;
}

const bool registered = commands().add(
    "compare",
    {.group = "Look at results",
     .summary = "B relative to A: sweeps, baselines, builds, commits, backends or variants",
     .about =
         "Pairs cells that are equal in all else and judges each pair: same, faster, slower (better, worse of a quality metric), "
         "ambiguous; cells of one side alone are only-a and only-b, with the other's state. Times need several processes on both sides "
         "(launches). Verdicts are Holm-corrected over the table and need a difference beyond the machine's noise floor, which "
         "`calibrate` measures. Exit codes: 4 where a bound of --fail-on is passed, 5 where nothing could be judged.",
     .example = "synthbench compare before after --fail-on 'slower>5%'\nsynthbench compare eigen torch -o json\n"
                "synthbench compare variant:vanilla variant:dense --only \"seq_len >= 512\"",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CompareCommand>();
       flags.argument("A", command->a, "a baseline, a sweep (s3 or its name), a backend, a variant, or the beginning of a commit or build",
                      true, words_of_a_side());
       flags.argument("B", command->b, "the same; KIND:NAME, as in backend:eigen, where a name means several things", true,
                      words_of_a_side());
       flags.value("--sweep", command->sweep, "SWEEP", "backends, variants and builds within one sweep");
       flags.value("--only", command->only, "EXPR", "cells for which EXPR holds, as in query");
       flags.toggle("--only-changed", command->only_changed, "leave out rows that are the same or ambiguous");
       flags.value("--test", command->test, "TEST", "t (default), or wilcoxon: ranks of processes, signed ranks over seeds", kTests);
       flags.value("--alpha", command->alpha, "LEVEL", "chance of one false verdict in the whole table (default 5%)");
       flags.value("--fail-on", command->fail_on, "RULE", "exit 4 where a verdict passes a bound: 'slower>5%', 'worse>1%,only-a'");
       flags.toggle("--across-env", command->across_env, "times of several builds or machines may be compared");
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
