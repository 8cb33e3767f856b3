// bench: a speed sweep whose grid is the command line.
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/sweep_run.h"

namespace synthbench {
namespace {

const bool registered = commands().add(
    "bench",
    {.group = "Plan and run",
     .summary = "a speed sweep from flags, without a grid file",
     .about = "Times attention as `run` does, over the product of the axis flags, into the same database; cells that were measured before "
              "with this "
              "build on this machine are reused. Keys that are not named have the defaults of the grid language.",
     .example =
         "synthbench bench -m vanilla,dense -l 128-4096*2 -b eigen,torch -r 10\nsynthbench bench -m random -l 512 --scope layer -o json",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<SweepRun>();
       command->declare(flags);
       return [command] { return command->run("bench"); };
     }});

}  // namespace
}  // namespace synthbench
