// repro a7: measure that cell again, and say how the new value lies to the old one.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/base/error.h"
#include "harness/base/processors.h"
#include "harness/base/units.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/rows.h"
#include "harness/one_cell_plan.h"
#include "results/compare.h"
#include "results/row_id.h"

namespace synthbench {
namespace {

std::int64_t attempt_number(const std::string& text) {
  const RowId id = parse_row_id(text);
  if (id.kind == 'a') return id.number;
  throw UserError("'" + text + "' is no attempt: a34 is one (see synthbench ls attempts)");
}

std::string value_text(const Measured& side) {
  if (!side.value) return side.state + (side.reason.empty() ? "" : ": " + side.reason);
  return side.unit == "s" ? format_seconds(*side.value) : format_number(*side.value, 5);
}

struct ReproCommand {
  std::string id;
  DatabaseFlag db;
  OutputFlags output;
  ProgressFlags progress;

  struct Again {
    RunSummary summary;
    std::int64_t attempt = 0;  ///< 0: none was made
  };

  /// Runs the cell of the attempt in a sweep of its own.
  Again measure_again(Store& store, std::int64_t attempt) const {
    const auto found = store.select(
        R"(SELECT c.canon_json, ce.seed, a.volatile_json FROM attempt a JOIN cell ce USING(cell_id) JOIN config c USING(config_id)
           WHERE a.attempt_id=?1)",
        {attempt});
    if (found.empty()) throw UserError(fmt::format("no attempt {} in {}", id, db.path()));
    const OrderedJson& row = found.front();
    const Config config(Json::parse(row["canon_json"].get<std::string>()));
    if (config.has("source"))
      throw UserError(fmt::format("{} was measured by {}: synthbench cannot run it again", id, config.text("source")));
    const Json facts = Json::parse(row["volatile_json"].get<std::string>());
    const Json said = facts.is_object() && facts.contains("measure") ? facts.at("measure") : Json::object();
    const OneCellPlan plan("repro-" + id, config, row["seed"], settings_of(said));
    RunOptions options;
    options.cpu_affinity = processors_of(said);
    options.db_path = db.path();
    options.argv = command_line();
    options.force = true;
    options.reuse = Reuse::never;
    const RunSummary summary = run_plan(plan, store, options, progress.events(output.second()));
    store.checkpoint();
    const auto last = store.select("SELECT max(attempt_id) AS id FROM attempt JOIN cell USING(cell_id) WHERE sweep_id=?1", {summary.sweep});
    return {summary, last.front()["id"].is_null() ? 0 : last.front()["id"].get<std::int64_t>()};
  }

  /// As the attempt was measured; an imported line may say a part of it (the rest is as by default), or what nobody can do.
  MeasureSettings settings_of(const Json& said) const {
    Json all = to_json(MeasureSettings());
    try {
      all.update(said);
      const MeasureSettings settings = measure_from_json(all);
      const bool caches_are_known =
          std::ranges::all_of(settings.cache, [](const std::string& one) { return one == "hot" || one == "cold"; });
      if (caches_are_known && !settings.cache.empty() && settings.launches > 0 && settings.min_samples > 0 && settings.repetitions >= 0 &&
          settings.max_time > 0)
        return settings;
    } catch (const Json::exception&) {
      // said below
    }
    throw UserError(fmt::format("{} cannot be measured again: of how it was measured it says {}", id, said.dump()));
  }

  /// As many of those here as the attempt was kept to; empty: all, or there are fewer, and the comparison says so.
  static std::vector<int> processors_of(const Json& said) {
    std::vector<int> here = allowed_processors();
    const auto found = said.is_object() ? said.find("processors") : said.end();
    if (found == said.end() || !found->is_number_integer()) return {};
    const auto count = found->get<std::int64_t>();
    if (count < 1 || count >= std::ssize(here)) return {};
    here.resize(static_cast<std::size_t>(count));
    return here;
  }

  /// "inside" or "outside" of the interval that was stored with the old value; empty: it had none.
  static std::string place_of(Store& store, std::int64_t old_attempt, const Comparison& row) {
    if (!row.a->value || !row.b->value) return "";
    const auto stored = store.select(
        R"(SELECT m.ci_lo, m.ci_hi FROM metric m JOIN metric_def d USING(metric_id)
           WHERE m.attempt_id=?1 AND d.name=?2 AND m.step=-1 AND m.ci_lo IS NOT NULL
           ORDER BY coalesce(m.value=?3, 0) DESC, d.signature, m.split LIMIT 1)",
        {old_attempt, row.metric, *row.a->value});
    if (stored.empty()) return *row.a->value == *row.b->value ? "equal to" : "";
    const double low = stored.front()["ci_lo"], high = stored.front()["ci_hi"];
    return *row.b->value >= low && *row.b->value <= high ? "inside" : "outside";
  }

  std::string words(const Comparison& row, const std::string& place, std::int64_t again) const {
    std::string text = fmt::format("{} then: {}\na{} now: {}\n", id, value_text(*row.a), again, value_text(*row.b));
    if (!place.empty()) text += fmt::format("The new value is {} the {} of {}.\n", place, place == "equal to" ? "value" : "interval", id);
    const std::string ratio = row.ratio ? fmt::format(", ratio {:.3f}", *row.ratio) : "";
    const std::string interval = row.interval ? fmt::format(" [{:.3f}, {:.3f}]", row.interval->lo, row.interval->hi) : "";
    return text + fmt::format("Verdict: {}{}{}{}\n", row.verdict, ratio, interval, row.note.empty() ? "" : "; " + row.note);
  }

  Exit run() const {
    const std::int64_t attempt = attempt_number(id);
    output.check();
    progress.check();
    const auto store = db.open_to_change();
    const auto [summary, again] = measure_again(*store, attempt);
    if (summary.signal != 0) return static_cast<Exit>(summary.exit_code());
    if (again == 0) return Exit::nothing_done;
    const std::int64_t new_attempt = again;
    CompareOptions options;
    options.across_env = true;  // that machine or build may be gone: the verdict then speaks of this one
    const Comparison row = compare_attempts(*store, attempt, again, options);
    const std::string place = place_of(*store, attempt, row);
    output.print([&](const std::string& format, const Sink& sink) {
      if (format == "md") return sink(words(row, place, new_attempt));
      OrderedJson json = to_json(row);
      json["old_interval"] = place.empty() ? OrderedJson(nullptr) : OrderedJson(place);
      sink(json_text(json, format == "json" ? 2 : -1) + "\n");
    });
    if (!row.b->value) return Exit::some_failed;
    if (!row.a->value) return Exit::well;  // what failed then ends well now
    return row.changed() ? Exit::regression : Exit::well;
  }
};

const bool registered = commands().add(
    "repro",
    {.group = "Look at results",
     .summary = "measure the cell of an attempt again and compare",
     .about =
         "Runs the cell with the attempt's measure settings, in a sweep of its own named repro-ATTEMPT, and says whether the new value "
         "lies in the old interval. It is kept to as many processors as the attempt was (--cpu-affinity); where that cannot be, the "
         "verdict "
         "is ambiguous and says why. Exit 4 where the new value is faster, slower, better or worse, 3 where the cell failed now.",
     .example = "synthbench repro a34",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<ReproCommand>();
       flags.argument("ATTEMPT", command->id, "an attempt: a34");
       command->progress.declare(flags);
       command->db.declare(flags);
       command->output.declare(flags, {"md", "json", "jsonl"});
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
