#include "results/settle.h"

#include <optional>
#include <string_view>
#include <tuple>

namespace synthbench {

CellEnd end_of(const std::vector<AttemptEnd>& attempts) {
  const AttemptEnd* best = nullptr;
  const auto weight = [](const AttemptEnd& end) {
    return std::tuple(end.outcome == "done", end.outcome != "abandoned", std::string_view(end.ended_at), std::string_view(end.uid));
  };
  for (const AttemptEnd& end : attempts) {
    if (end.outcome != "running" && (best == nullptr || weight(*best) < weight(end))) best = &end;
  }
  if (best == nullptr) return {"pending", "", 0};
  if (best->outcome == "abandoned") return {"pending", best->reason, 0};
  return {best->outcome, best->reason, best->outcome == "done" ? best->id : 0};
}

namespace {

CellEnd stored_end(const Connection& database, std::int64_t cell) {
  std::vector<AttemptEnd> ends;
  Statement read =
      database.prepare("SELECT attempt_id, attempt_uid, outcome, error_msg, coalesce(ended_at, '') FROM attempt WHERE cell_id=?");
  read.bind(cell);
  while (read.step()) ends.push_back({read.integer(0), read.text(1), read.text(2), read.text(3), read.text(4)});
  return end_of(ends);
}

}  // namespace

CellStanding standing_of(const Connection& database, std::int64_t cell) {
  Statement read = database.prepare(
      R"(SELECT ce.state, ce.reason, coalesce(a.attempt_uid, '') FROM cell ce
         LEFT JOIN attempt a ON a.attempt_id=ce.result_attempt_id WHERE ce.cell_id=?)");
  read.bind(cell).step();
  return {read.text(0), read.text(1), read.text(2), stored_end(database, cell)};
}

void settle_cell(const Connection& database, std::int64_t cell) {
  const CellEnd end = stored_end(database, cell);
  database.prepare("UPDATE cell SET state=?, reason=?, result_attempt_id=? WHERE cell_id=? AND state<>'running'")
      .run(end.state, end.reason, end.attempt == 0 ? std::nullopt : std::optional(end.attempt), cell);
}

}  // namespace synthbench
