// plan GRID: what a grid expands to. Writes nothing.
#include <memory>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/cli/command.h"
#include "harness/cli/explain.h"
#include "harness/cli/grid_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/plan_text.h"
#include "harness/cli/run_flags.h"

namespace synthbench {
namespace {

struct PlanCommand {
  std::string grid;
  FlagValue explain, budget;
  GridFlags axes;
  RunFlags running;
  DatabaseFlag db;
  OutputFlags output;

  Exit print_what_fits(const Plan& plan, const Outlook& outlook) const {
    const double seconds = read_as(budget, parse_duration);
    const RunOptions::Order order = running.options().order;
    if (order == RunOptions::Order::random) throw UserError("--budget: --order random is drawn anew by each run: nothing is known of it");
    const BudgetedPlan fit = within_budget(plan, outlook, order, seconds);
    output.print([&](const std::string& format, const Sink& sink) { print_budget(format, plan, fit, seconds, sink); });
    return Exit::well;
  }

  Exit run() const {
    output.check();
    RunOptions options = running.options();
    options.db_path = db.path();
    const auto plan = make_plan(axes.request(grid));
    if (explain) {
      output.print([&](const std::string& format, const Sink& sink) { print_explanation(format, *plan, explain.text, sink); });
      return Exit::well;
    }
    const Outlook outlook(*plan, options);
    if (budget) return print_what_fits(*plan, outlook);
    output.print([&](const std::string& format, const Sink& sink) { print_plan(format, *plan, outlook, sink); });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "plan",
    {.group = "Plan and run",
     .summary = "what a grid expands to; writes nothing",
     .about = "Expands a grid and counts: values per axis, excluded points with their reasons, duplicates, which cells have a result that "
              "would be reused, and the time of the others as earlier cells of the database predict it. Takes the flags of run, so that "
              "`plan` shows what `run` would do.",
     .example =
         "synthbench plan ablations/grids/quickstart.toml\nsynthbench plan grid.toml -l 128-4k*2 --only \"variant != 'dense'\" -o json",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<PlanCommand>();
       flags.argument("GRID", command->grid, "grid file (TOML)");
       flags.value("--explain", command->explain, "KEY",
                   "print where each value of a key comes from: default, preset, file and line, flag");
       flags.value("--budget", command->budget, "TIME", "print which cells fit into a time, 8h, in the order of run, and how many remain");
       command->axes.declare(flags);
       command->running.declare(flags);
       command->db.declare(flags);
       command->output.declare(flags, {"md", "json", "jsonl"});
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
