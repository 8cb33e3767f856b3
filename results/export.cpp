// Every cell and attempt, line by line, in the order of sweeps and plans.
#include <algorithm>

#include "results/exchange.h"
#include "results/place_rows.h"
#include "results/row_json.h"

namespace synthbench {
namespace {

/// A row of a select without its NULLs: what the codecs of rows read.
Json present(const OrderedJson& row) {
  Json out = Json::object();
  for (const auto& [key, value] : row.items()) {
    if (!value.is_null()) out[key] = value;
  }
  return out;
}

template <typename Row>
std::vector<Row> rows_of(Store& store, const std::string& sql, std::int64_t attempt, Row (*read)(const Json&)) {
  std::vector<Row> out;
  for (const OrderedJson& row : store.select(sql, {attempt})) out.push_back(read(present(row)));
  return out;
}

CheckRow stored_check(const Json& json) {
  Json row = json;
  row.emplace("value", "nan");
  row["passed"] = json.at("passed") != 0;
  return check_row(row);
}

std::string text_or_empty(const OrderedJson& row, const char* key) { return row[key].is_null() ? "" : row[key].get<std::string>(); }

template <typename T>
std::optional<T> if_any(const OrderedJson& row, const char* key) {
  return row[key].is_null() ? std::nullopt : std::optional(row[key].get<T>());
}

void add_attempt(Store& store, const OrderedJson& row, ExchangeLine& line) {
  const std::int64_t id = row["attempt_id"];
  line.uid = row["attempt_uid"];
  line.build = stored_build(store, row["build_id"]);
  line.env = stored_env(store, row["env_id"]);
  line.started_at = row["started_at"];
  line.ended_at = text_or_empty(row, "ended_at");
  line.repro_cmd = row["repro_cmd"];
  AttemptResult& result = line.result;
  result.outcome = row["outcome"];
  result.reason = row["error_msg"];
  result.error_class = row["error_class"];
  result.exit_code = if_any<int>(row, "exit_code");
  result.term_signal = if_any<int>(row, "term_signal");
  result.log_path = row["log_path"];
  result.kernel = row["kernel"];
  result.kernel_label = row["kernel_label"];
  result.volatile_facts = Json::parse(row["volatile_json"].get<std::string>());
  result.peak_rss_bytes = if_any<std::int64_t>(row, "peak_rss_bytes");
  result.peak_dev_bytes = if_any<std::int64_t>(row, "peak_dev_bytes");
  result.first_call_ns = if_any<std::int64_t>(row, "first_call_ns");
  result.noisy = row["noisy"] != 0;
  result.metrics = rows_of(store,
                           R"(SELECT d.name, d.signature, d.unit, d.better, m.split, m.step, coalesce(m.value, m.value_kind) AS value,
                                     m.n, m.ci_lo, m.ci_hi
                              FROM metric m JOIN metric_def d USING(metric_id) WHERE m.attempt_id=?1)",
                           id, metric_row);
  result.samples = rows_of(store, "SELECT * FROM sample WHERE attempt_id=?1 ORDER BY round, phase, cache, clock, idx", id, sample_row);
  result.checks = rows_of(store, "SELECT * FROM check_result WHERE attempt_id=?1", id, stored_check);
  result.artifacts = rows_of(store, "SELECT * FROM artifact WHERE attempt_id=?1", id, artifact_row);
  result.examples = rows_of(store,
                            R"(SELECT d.name, d.signature, e.split, e.example, e.value
                               FROM example_score e JOIN metric_def d USING(metric_id) WHERE e.attempt_id=?1
                               ORDER BY d.name, d.signature, e.split, e.example)",
                            id, example_score_row);
}

struct StoredCell {
  ExchangeLine line;  ///< without an attempt
  std::vector<OrderedJson> attempts;
};

/// Where a cell is, and whether its attempts say so.
void settle(StoredCell& cell) {
  std::vector<AttemptEnd> ends;
  for (const OrderedJson& row : cell.attempts) {
    ends.push_back({row["attempt_id"], row["attempt_uid"], row["outcome"], row["error_msg"], text_or_empty(row, "ended_at")});
  }
  CellRow& row = cell.line.cell;
  if (row.state == "running") row.state = "pending";
  const CellEnd end = end_of(ends);
  cell.line.apart = !ends.empty() && (end.state != row.state || end.reason != row.reason);
}

ExchangeLine line_of(const OrderedJson& row) {
  ExchangeLine line;
  line.sweep = {row["name"], row["spec_toml"], row["plan_sha"], Json::parse(row["argv_json"].get<std::string>())};
  line.created_at = row["created_at"];
  line.cell.config = Json::parse(row["canon_json"].get<std::string>());
  line.cell.config_sha = row["config_sha"];
  line.cell.seed = row["seed"];
  line.cell.ordinal = row["ordinal"];
  line.cell.params = row["params"];
  line.cell.flops = row["flops"];
  line.cell.state = row["state"];
  line.cell.reason = row["reason"];
  line.result_uid = text_or_empty(row, "result_uid");
  return line;
}

}  // namespace

LineReader::LineReader(Store& store, std::optional<std::int64_t> sweep)
    : store_(store),
      cells_(store.select("SELECT cell_id FROM cell WHERE ?1 IS NULL OR sweep_id=?1 ORDER BY sweep_id, ordinal, cell_id",
                          {sweep ? Json(*sweep) : Json(nullptr)})) {}

std::optional<ExchangeLine> LineReader::next() {
  while (lines_.empty() && next_cell_ < cells_.size()) read_cell(cells_[next_cell_++]["cell_id"]);
  if (lines_.empty()) return std::nullopt;
  ExchangeLine line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

void LineReader::read_cell(std::int64_t cell) {
  const auto found = store_.select(
      R"(SELECT s.name, s.spec_toml, s.plan_sha, s.argv_json, s.created_at, c.canon_json, c.config_sha, c.params, c.flops, ce.seed,
                ce.ordinal, ce.state, ce.reason, CASE WHEN ce.state='reused' THEN r.attempt_uid END AS result_uid
         FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
         LEFT JOIN attempt r ON r.attempt_id=ce.result_attempt_id WHERE ce.cell_id=?1)",
      {cell});
  StoredCell stored{line_of(found.at(0)),
                    store_.select("SELECT * FROM attempt WHERE cell_id=?1 AND outcome<>'running' ORDER BY n", {cell})};
  settle(stored);
  if (stored.attempts.empty()) lines_.push_back(stored.line);
  for (const OrderedJson& row : stored.attempts) {
    ExchangeLine line = stored.line;
    add_attempt(store_, row, line);
    lines_.push_back(std::move(line));
  }
}

}  // namespace synthbench
