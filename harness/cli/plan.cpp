// plan GRID: what a grid expands to. Writes nothing.
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/grid_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/reuse.h"
#include "harness/cli/run_flags.h"

namespace synthbench {
namespace {

struct PlanCommand {
  std::string grid;
  GridFlags axes;
  RunFlags running;
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    output.check();
    const auto plan = make_plan(axes.request(grid));
    const WouldReuse would_reuse = reuse_from(db.path(), running.reuse(), plan->measure);
    output.print([&](const std::string& format, const Sink& sink) { print_plan(format, *plan, would_reuse, sink); });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "plan",
    {.group = "Plan and run",
     .summary = "what a grid expands to; writes nothing",
     .about = "Expands a grid and counts: values per axis, excluded points with their reasons, duplicates, and which cells have a result "
              "that would be reused. Takes the flags of run, so that `plan` shows what `run` would do.",
     .example =
         "synthbench plan ablations/grids/quickstart.toml\nsynthbench plan grid.toml -l 128-4k*2 --only \"variant != 'dense'\" -o json",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<PlanCommand>();
       flags.argument("GRID", command->grid, "grid file (TOML)");
       command->axes.declare(flags);
       command->running.declare(flags);
       command->db.declare(flags);
       command->output.declare(flags, {"md", "json", "jsonl"});
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
