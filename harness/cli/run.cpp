// run GRID: run or continue a sweep, then print its tables.
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/sweep_run.h"

namespace synthbench {
namespace {

const bool registered = commands().add(
    "run",
    {.group = "Plan and run",
     .summary = "run or continue a sweep, then print its tables",
     .about =
         "Stores the plan, then runs each cell in a process of its own and commits it. The same command continues what was interrupted and "
         "starts nothing that is finished; an edited grid runs only what is new. A failing cell is a row with a reason; the sweep goes on. "
         "Exit codes: 0 well, 2 usage, 3 some cells failed, 5 nothing measured, 130 or 143 interrupted.",
     .example = "synthbench run ablations/grids/quickstart.toml\nsynthbench run grid.toml --smoke\nsynthbench run grid.toml --retry "
                "oom,timeout -o json",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<SweepRun>();
       flags.argument("GRID", command->grid, "grid file (TOML)");
       command->declare(flags);
       return [command] { return command->run({}); };
     }});

}  // namespace
}  // namespace synthbench
