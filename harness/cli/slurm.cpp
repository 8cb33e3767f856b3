// slurm GRID: a job array that runs a plan in parts.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/grid_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/run_flags.h"
#include "harness/cli/slurm_script.h"

namespace synthbench {
namespace {

constexpr const char* kOwnFlags = "Job array";
constexpr std::int64_t kMostTasks = 16;

struct SlurmCommand {
  std::string grid;
  FlagValue tasks;
  std::vector<FlagValue> options;
  GridFlags axes;
  RunFlags running;
  ProgressFlags progress;
  DatabaseFlag db;

  void declare(FlagSet& flags) {
    flags.argument("GRID", grid, "grid file (TOML)");
    flags.group(kOwnFlags);
    flags.value("--tasks", tasks, "N", fmt::format("parts of the plan (default: its configs, {} at most)", kMostTasks));
    flags.repeated("--sbatch", options, "OPTION", "an option of sbatch, without its dashes: time=4:00:00, partition=short");
    axes.declare(flags);
    running.declare(flags);
    progress.declare(flags);
    db.declare(flags);
  }

  /// What the cells need, and how many parts are worth a task: no more than there are configs.
  SlurmJob job_of(const Plan& plan) const {
    SlurmJob job{.sweep = plan.sweep, .grid = grid, .db_path = db.path(), .parts = {}, .options = {}, .run_flags = {}};
    std::set<std::string> configs;
    for (std::int64_t i = 0; i < plan.size(); ++i) {
      const PlannedCell cell = plan.cell(i);
      if (cell.state == "excluded") continue;
      configs.insert(cell.config_sha);
      const Json& values = cell.config.json();
      job.times = job.times || values.value("kind", "") == "speed";
      job.gpu = job.gpu || values.value("device", "").starts_with("cuda");
    }
    if (configs.empty()) throw NothingDone("the plan has no cells");
    job.count = static_cast<std::uint64_t>(count_of(tasks, 1, std::min<std::int64_t>(std::ssize(configs), kMostTasks)));
    return job;
  }

  /// Parts go by a hash, so one may be empty: no task for it.
  static void add_parts(SlurmJob& job, PlanRequest request) {
    for (std::uint64_t part = 1; part <= job.count; ++part) {
      request.shard = fmt::format("{}/{}", part, job.count);
      if (make_plan(request)->counts.cells > 0) job.parts.push_back(part);
    }
  }

  Exit run(const FlagSet& flags) const {
    progress.check();
    (void)running.options();
    if (running.dry_run()) throw UserError("slurm --dry-run: slurm itself runs nothing");
    const PlanRequest request = axes.request(grid);
    if (!request.shard.empty()) throw UserError("slurm --shard " + request.shard + ": the tasks of the array are the shards (--tasks N)");
    SlurmJob job = job_of(*make_plan(request));  // so that a mistake shows now and not in the queue
    add_parts(job, request);
    for (const FlagValue& option : options) job.options.push_back(option.text);
    job.run_flags = flags.given(kOwnFlags);
    while (true) {
      const auto at = std::ranges::find(job.run_flags, "--db");
      if (at == job.run_flags.end()) break;
      job.run_flags.erase(at, at + 2);
    }
    write_stdout(slurm_script(job));
    return Exit::well;
  }
};

const bool registered = commands().add(
    "slurm",
    {.group = "Plan and run",
     .summary = "a script for sbatch that runs a grid as a job array",
     .about = "Prints a script whose tasks run one part of the plan each (--shard), on a disk of their node, and bring back one database "
              "each. A "
              "task that is submitted again goes on where it was. Takes the flags of run, which the script passes on; times get a node of "
              "their own (--exclusive).",
     .example = "synthbench slurm grid.toml --tasks 8 --sbatch time=4:00:00 > job.sh\nsbatch job.sh",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<SlurmCommand>();
       command->declare(flags);
       return [command, &flags] { return command->run(flags); };
     }});

}  // namespace
}  // namespace synthbench
