#include "harness/cli/sweep_run.h"

#include <cstdio>
#include <memory>

#include "harness/base/error.h"
#include "harness/cli/after_run.h"
#include "harness/cli/plan_text.h"

namespace synthbench {

void SweepRun::declare(FlagSet& flags) {
  axes.declare(flags);
  running.declare(flags);
  progress.declare(flags);
  db.declare(flags);
  output.declare(flags, sweep_formats());
}

Exit print_dry_run(const OutputFlags& output, const Plan& plan, const RunOptions& options) {
  const std::string format = output.format();
  if (format != "md" && format != "json" && format != "jsonl") throw UserError("--dry-run prints a plan: md, json or jsonl, not " + format);
  const Outlook outlook(plan, options);
  output.print([&](const std::string& wanted, const Sink& sink) { print_plan(wanted, plan, outlook, sink); });
  return Exit::well;
}

Exit SweepRun::run(const std::string& name) const {
  output.check();
  progress.check();
  RunOptions options = running.options();
  PlanRequest request = axes.request(grid);
  request.name = name;
  request.max_cells = running.max_cells();
  const auto plan = make_plan(request);
  options.db_path = db.path();
  if (running.dry_run()) return print_dry_run(output, *plan, options);

  options.grid_path = grid;
  options.argv = command_line();
  const auto store = db.open_to_write();
  const bool quiet = progress.quiet() || output.second();  // stderr then carries data
  for (const std::string& warning : plan->warnings) {
    if (!quiet) std::fputs(("warning: " + warning + "\n").c_str(), stderr);
  }
  const RunSummary summary =
      run_plan(*plan, *store, options, progress.events(output.second(), grid.empty() ? std::make_shared<RunningTable>(*plan) : nullptr));
  store->checkpoint();
  const SweepView view{*plan, *store, summary.sweep, db.path(), db.typed()};
  if (summary.signal == 0) {
    output.print([&](const std::string& format, const Sink& sink) { print_sweep(format, view, sink); });
  }
  if (!quiet) std::fputs(farewell(summary, view, command_line()).c_str(), stderr);
  return static_cast<Exit>(summary.exit_code());
}

}  // namespace synthbench
