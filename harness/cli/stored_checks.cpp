#include "harness/cli/stored_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "harness/cli/command.h"
#include "harness/owner.h"
#include "harness/provenance.h"
#include "results/store.h"

namespace synthbench {
namespace {

using Numbers = std::vector<const CheckNumber*>;  // of one cell

Json config_of(const CheckSweep& sweep, const CheckNumber& number) {
  return {{"kind", "check"}, {"check", sweep.command}, {"variant", number.variant}, {"backend", number.backend}, {"dtype", number.dtype}};
}

CheckRow row_of(const CheckSweep& sweep, const CheckNumber& number) {
  CheckRow row{sweep.against, "f64", number.masks + " " + number.tensor, number.measure, "kernel " + number.kernel};
  row.value = number.value;
  row.tol = number.bound;
  row.passed = number.passed;
  row.input_seed = sweep.input_seed;
  return row;
}

AttemptResult result_of(const CheckSweep& sweep, const Numbers& numbers) {
  AttemptResult result;
  result.outcome = "unsupported";
  for (const CheckNumber* number : numbers) {
    if (number->skipped()) {
      if (result.outcome == "unsupported") result.reason = number->reason;
      continue;
    }
    result.checks.push_back(row_of(sweep, *number));
    if (result.outcome != "failed") {
      result.outcome = number->passed ? "done" : "failed";
      result.reason =
          number->passed ? "" : fmt::format("{} {}: {:.3g} (bound {:.3g})", number->masks, number->tensor, number->value, number->bound);
    }
  }
  return result;
}

}  // namespace

void store_checks(const std::string& db_path, const CheckSweep& sweep, const std::vector<CheckNumber>& numbers) {
  std::map<std::string, Numbers> by_config;
  std::vector<CellRow> cells;
  std::string identity;
  for (const CheckNumber& number : numbers) {
    CellRow cell;
    cell.config = config_of(sweep, number);
    cell.config_sha = sha256(cell.config.dump());
    cell.seed = sweep.input_seed;
    cell.ordinal = std::ssize(cells) + 1;
    Numbers& known = by_config[cell.config_sha];
    known.push_back(&number);
    if (known.size() > 1) continue;
    identity += fmt::format("{} {}\n", cell.config_sha, cell.seed);
    cells.push_back(std::move(cell));
  }
  const auto store = Store::open_to_write(db_path);
  const std::int64_t build = store->build_id(this_build()), env = store->env_id(this_machine());
  const std::int64_t id = store->add_sweep({sweep.command, "", sha256(identity), Json(command_line())}, cells);
  store->reopen(id, {});
  std::string command = "synthbench";
  for (const std::string& word : command_line()) command += " " + shell_word(word);
  const std::string owner = this_owner();
  for (const Store::CellState& cell : store->cells(id)) {
    constexpr double kLeaseSeconds = 60;
    const auto claimed = store->claim(cell.cell_id, owner, kLeaseSeconds, build, env, command);
    if (claimed) store->finish(*claimed, owner, result_of(sweep, by_config.at(cell.config_sha)));
  }
  store->checkpoint();
}

}  // namespace synthbench
