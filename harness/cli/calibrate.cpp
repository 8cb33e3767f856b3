// calibrate: what equal things differ by on this machine.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/cli/command.h"
#include "harness/cli/grid_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/rows.h"
#include "harness/cli/run_flags.h"
#include "harness/cli/sweep_run.h"
#include "harness/provenance.h"
#include "harness/supervisor.h"
#include "results/format.h"
#include "results/reference_rows.h"

namespace synthbench {
namespace {

constexpr int kDraws = 1000, kQuickDraws = 200;
constexpr std::int64_t kPairs = 20, kQuickPairs = 6, kLaunches = 3, kQuickLaunches = 1;

/// What the measure flags say of a setting; nothing: the default.
FlagValue said(const PlanRequest& request, const std::string& key) {
  FlagValue last;
  for (const PlanRequest::Override& one : request.measure) {
    if (one.key == key) last = {one.values, one.where, one.by};
  }
  return last;
}

struct CalibrateCommand {
  GridFlags axes;
  RunFlags running;
  FlagValue pairs;
  DatabaseFlag db;
  OutputFlags output;
  ProgressFlags progress;

  /// Processes on each side of a pair.
  std::int64_t launches(const PlanRequest& request) const {
    return count_of(said(request, "launches"), 1, request.quick ? kQuickLaunches : kLaunches);
  }

  PlanRequest request() const {
    PlanRequest request = axes.request("");
    request.name = "calibrate";
    request.max_cells = running.max_cells();
    const auto unless_said = [&](const std::string& key, const std::string& values) {
      if (std::ranges::find(request.overrides, key, &PlanRequest::Override::key) == request.overrides.end()) {
        request.overrides.push_back({key, values, "calibrate", SaidBy::command});
      }
    };
    unless_said("backend", "eigen");
    unless_said("variant", "vanilla");
    unless_said("seq_len", request.quick ? "256" : "64,256,1024");
    return request;
  }

  /// The same plan with all launches of a cell, which are taken alternately for A and B.
  PlanRequest of_all_launches(PlanRequest request) const {
    const std::int64_t processes = 2 * count_of(pairs, 5, request.quick ? kQuickPairs : kPairs) * launches(request);
    std::erase_if(request.measure, [](const PlanRequest::Override& one) { return one.key == "launches"; });
    request.measure.push_back({"launches", std::to_string(processes), "--pairs"});
    if (!said(request, "timeout")) request.measure.push_back({"timeout", "8h", "timeout"});
    return request;
  }

  Exit run() const {
    output.check();
    progress.check();
    const PlanRequest asked = request();
    const auto plan = make_plan(of_all_launches(asked));
    RunOptions options = running.options();
    if (options.reuse == Reuse::same_build || options.reuse == Reuse::any_build) {
      throw UserError("calibrate --reuse: the floor is that of launches made now");
    }
    options.force = true;
    options.reuse = Reuse::never;
    options.db_path = db.path();
    if (running.dry_run()) return print_dry_run(output, *plan, options);
    const auto store = db.open_to_write();
    options.argv = command_line();
    const RunEvents events = progress.events(output.second());
    const RunSummary summary = run_plan(*plan, *store, options, events);
    if (summary.signal != 0) return static_cast<Exit>(summary.exit_code());
    const std::vector<NoiseFloor> floors =
        measured_floors(*store, summary.sweep, static_cast<std::size_t>(launches(asked)), asked.quick ? kQuickDraws : kDraws);
    if (floors.empty()) throw NothingDone("no cell was measured: no noise floor is stored (synthbench ls cells says why)");
    store_noise_floors(*store, store->env_id(this_machine()), floors);
    store->checkpoint();
    std::vector<OrderedJson> rows;
    bool unknown = false;
    for (const NoiseFloor& floor : floors) {
      const auto rate = [&](int VerdictRates::*count) { return floor.rates ? OrderedJson(*floor.rates.*count) : OrderedJson(nullptr); };
      unknown = unknown || !floor.rates;
      rows.push_back({{"backend", floor.backend},
                      {"time_from", floor.bucket},
                      {"pairs", floor.pairs},
                      {"floor_percent", std::round(1e5 * floor.rel_p95) / 1e3},
                      {"draws", rate(&VerdictRates::draws)},
                      {"false_verdicts", rate(&VerdictRates::false_verdicts)},
                      {"found_3_percent", rate(&VerdictRates::found_3)},
                      {"found_10_percent", rate(&VerdictRates::found_10)}});
    }
    if (unknown && events.note) events.note("no rates of verdicts: one launch a side allows none (--launches 3)");
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
    return static_cast<Exit>(summary.exit_code());
  }
};

const bool registered = commands().add(
    "calibrate",
    {.group = "Plan and run",
     .summary = "measure the noise floor of this machine, for compare",
     .about = "Times the same cell (by default vanilla at three lengths on eigen) in many fresh processes and takes them alternately for A "
              "and B: 95 % of such pairs of equals differ by "
              "less than the floor. It is stored for this machine, each backend and each decade of time. Measure on the machine as it "
              "is when you compare, with the same --launches. `false_verdicts` says how often `compare` would have called equals "
              "different in so many draws from these launches, `found_3_percent` and `found_10_percent` how often it would have seen "
              "that one side is slower by so much: what can be told apart here with that many launches. With one launch a side "
              "there is no verdict, and no such number.",
     .example = "synthbench calibrate\nsynthbench calibrate -b eigen,torch -l 128-2048*4 --direction fwd --pairs 40",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CalibrateCommand>();
       flags.value("--pairs", command->pairs, "N", "A/A pairs of each cell, at least 5 (default 20, with --quick 6), of --launches a side");
       command->axes.declare(flags);
       command->running.declare(flags);
       command->progress.declare(flags);
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
