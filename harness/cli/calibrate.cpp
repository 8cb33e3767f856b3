// calibrate: what equal things differ by on this machine.
#include <fmt/format.h>

#include <memory>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/cli/choices.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/rows.h"
#include "harness/provenance.h"
#include "harness/supervisor.h"
#include "results/format.h"
#include "results/reference_rows.h"

namespace synthbench {
namespace {

constexpr std::int64_t kPairs = 20, kQuickPairs = 6, kLaunches = 3, kQuickLaunches = 1;

struct CalibrateCommand {
  FlagValue backend, lengths, threads, pairs, launches;
  bool quick = false;
  DatabaseFlag db;
  OutputFlags output;
  ProgressFlags progress;

  std::int64_t launches_a_side() const { return count_of(launches, 1, quick ? kQuickLaunches : kLaunches); }

  PlanRequest request() const {
    PlanRequest request;
    request.name = "calibrate";
    request.quick = quick;
    const auto axis = [&](const char* key, const FlagValue& flag, const std::string& fallback) {
      if (flag) {
        request.overrides.push_back({key, flag.text, flag.where, flag.by});
      } else if (!fallback.empty()) {
        request.overrides.push_back({key, fallback, "calibrate", SaidBy::command});
      }
    };
    axis("backend", backend, "eigen");
    axis("seq_len", lengths, quick ? "256" : "64,256,1024");
    axis("threads", threads, "");
    request.overrides.push_back({"variant", "vanilla", "calibrate", SaidBy::command});
    const std::int64_t processes = 2 * count_of(pairs, 5, quick ? kQuickPairs : kPairs) * launches_a_side();
    request.measure.push_back({"launches", std::to_string(processes), "--pairs"});
    request.measure.push_back({"timeout", "8h", "timeout"});
    return request;
  }

  Exit run() const {
    output.check();
    progress.check();
    const auto plan = make_plan(request());
    const auto store = db.open_to_write();
    RunOptions options;
    options.db_path = db.path();
    options.argv = command_line();
    options.force = true;
    options.reuse = Reuse::never;
    const RunSummary summary = run_plan(*plan, *store, options, progress.events(output.second()));
    if (summary.signal != 0) return static_cast<Exit>(summary.exit_code());
    const std::vector<NoiseFloor> floors = measured_floors(*store, summary.sweep, static_cast<std::size_t>(launches_a_side()));
    if (floors.empty()) throw NothingDone("no cell was measured: no noise floor is stored (synthbench ls cells says why)");
    store_noise_floors(*store, store->env_id(this_machine()), floors);
    store->checkpoint();
    std::vector<OrderedJson> rows;
    for (const NoiseFloor& floor : floors) {
      rows.push_back(
          {{"backend", floor.backend}, {"time_from", floor.bucket}, {"pairs", floor.pairs}, {"floor_percent", 100 * floor.rel_p95}});
    }
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
    return static_cast<Exit>(summary.exit_code());
  }
};

const bool registered = commands().add(
    "calibrate",
    {.group = "Plan and run",
     .summary = "measure the noise floor of this machine, for compare",
     .about = "Times the same cell in many fresh processes and takes them alternately for A and B: 95 % of such pairs of equals differ by "
              "less than the floor. It is stored for this machine, each backend and each decade of time. Measure on the machine as it "
              "is when you compare, with the same --launches.",
     .example = "synthbench calibrate -b eigen\nsynthbench calibrate -b eigen,torch -l 128-2048*4 --pairs 40",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CalibrateCommand>();
       flags.list("-b,--backend", command->backend, "LIST", "backends (default eigen)", words_of_key("backend"));
       flags.list("-l,--seq-len", command->lengths, "RANGE", "lengths (default 64,256,1024)");
       flags.value("--threads", command->threads, "N", "CPU threads (default: all cores)");
       flags.value("--pairs", command->pairs, "N", "A/A pairs of each cell, at least 5 (default 20)");
       flags.value("--launches", command->launches, "N", "fresh processes on each side of a pair (default 3)");
       flags.toggle("--quick", command->quick, "six pairs of one short process a side, at one length");
       command->progress.declare(flags);
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
