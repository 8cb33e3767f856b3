// _worker: what the supervisor starts; not for people, so it has no help.
#include "harness/cli/command.h"
#include "harness/worker.h"

namespace synthbench {
namespace {

const bool registered =
    commands().add("_worker", {.group = "hidden",
                               .summary = "one cell for the supervisor",
                               .about = {},
                               .example = "synthbench _worker < order.json 3> records",
                               .declare = [](FlagSet&) -> Action { return [] { return static_cast<Exit>(run_worker()); }; }});

}  // namespace
}  // namespace synthbench
