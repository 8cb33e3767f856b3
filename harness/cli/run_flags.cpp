#include "harness/cli/run_flags.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "harness/base/error.h"
#include "harness/base/processors.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

constexpr std::int64_t kMaxCells = 100'000;
const std::vector<std::string> kRetryStates = {"failed", "oom", "timeout", "crashed", "unsupported"};
const std::vector<std::string> kOrders = {"interleaved", "grid", "random"};
const std::vector<std::string> kReuse = {"auto", "same-build", "any-build", "never"};

std::vector<std::string> states_to_retry(const FlagValue& flag) {
  std::vector<std::string> states;
  if (!flag) return states;
  for (const std::string& word : split(flag.text, ',')) {
    states.push_back(one_of({std::string(trim(word)), flag.where}, "state to retry", kRetryStates, {}));
  }
  return states;
}

std::vector<int> processors(const FlagValue& flag) {
  std::vector<int> numbers;
  if (!flag) return numbers;
  const std::vector<int> here = allowed_processors();
  for (const std::string& word : split(flag.text, ',')) {
    const std::int64_t number = count_of({std::string(trim(word)), flag.where}, 0, 0);
    if (std::ranges::find(here, number) == here.end()) {
      throw UserError(fmt::format("{}: there is no processor {} (allowed: {})", flag.where, number, fmt::join(here, ",")));
    }
    if (std::ranges::find(numbers, number) == numbers.end()) numbers.push_back(static_cast<int>(number));
  }
  return numbers;
}

}  // namespace

void RunFlags::declare(FlagSet& flags) {
  flags.group("Running");
  flags.list("--retry", retry_, "STATES", "try finished cells of these states again: " + join(kRetryStates), kRetryStates);
  flags.toggle("--force", force_, "try every cell again; earlier attempts stay as history");
  flags.value("--reuse", reuse_, "WHAT", "which earlier results count: " + join(kReuse) + " (default auto)", kReuse);
  flags.value("--order", order_, "ORDER", join(kOrders) + " (default interleaved)", kOrders);
  flags.value("-j,--jobs", jobs_, "N", "training cells at a time (default 1); speed cells never share a device");
  flags.toggle("--keep-going", keep_going_, "a failed cell does not end the sweep (the default)");
  flags.toggle("--fail-fast", fail_fast_, "stop at the first failed cell; with -j, what runs beside it too");
  flags.value("--max-failures", max_failures_, "N", "stop at the N-th failed cell; the rest stays pending");
  flags.value("--memory-limit", memory_limit_, "BYTES", "memory of a worker: 512M, 8G");
  flags.toggle("--no-oom-backstop", no_oom_backstop_, "launch cells that are larger than one that ran out of memory");
  flags.value("--max-cells", max_cells_, "N", "refuse to run more cells (default " + format_count(kMaxCells) + ")");
  flags.value("--delay", delay_, "TIME", "rest before each speed launch");
  flags.value("--cpu-affinity", cpu_affinity_, "LIST", "processors of the workers: 0,1");
  flags.value("--prio", prio_, "N", "nice value added to the workers', 0 to 19");
  flags.toggle("--dry-run", dry_run_, "print the plan and stop");
}

Reuse RunFlags::reuse() const {
  static const std::map<std::string, Reuse> kWords = {
      {"auto", Reuse::automatic}, {"same-build", Reuse::same_build}, {"any-build", Reuse::any_build}, {"never", Reuse::never}};
  return force_ ? Reuse::never : kWords.at(one_of(reuse_, "reuse", kReuse, "auto"));
}

std::int64_t RunFlags::max_cells() const { return count_of(max_cells_, 1, kMaxCells); }

RunOptions RunFlags::options() const {
  if (keep_going_ && fail_fast_) throw UserError("--keep-going and --fail-fast contradict each other");
  static const std::map<std::string, RunOptions::Order> kWords = {
      {"interleaved", RunOptions::Order::interleaved}, {"grid", RunOptions::Order::grid}, {"random", RunOptions::Order::random}};
  RunOptions options;
  options.order = kWords.at(one_of(order_, "order", kOrders, "interleaved"));
  options.retry = states_to_retry(retry_);
  options.force = force_;
  options.reuse = reuse();
  options.fail_fast = fail_fast_;
  options.max_failures = count_of(max_failures_, 1, 0);
  options.jobs = static_cast<int>(std::min<std::int64_t>(count_of(jobs_, 1, 1), 1024));
  options.oom_backstop = !no_oom_backstop_;
  if (memory_limit_) options.memory_limit = read_as(memory_limit_, parse_bytes);
  if (delay_) options.delay = read_as(delay_, parse_duration);
  options.cpu_affinity = processors(cpu_affinity_);
  const std::int64_t priority = count_of(prio_, 0, 0);
  if (priority > 19) throw UserError(prio_.where + ": not a nice value from 0 to 19");
  options.priority = static_cast<int>(priority);
  return options;
}

}  // namespace synthbench
