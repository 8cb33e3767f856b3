#include "harness/cli/show_json.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>

#include "harness/places.h"

namespace synthbench {
namespace {

/// Texts of columns that hold JSON become JSON.
void unpack(OrderedJson& row, const std::string& column, const std::string& key) {
  OrderedJson inside = row[column].is_string() ? OrderedJson::parse(row[column].get<std::string>(), nullptr, false) : OrderedJson(nullptr);
  row.erase(column);
  row[key] = std::move(inside);
}

std::vector<OrderedJson> metrics_of(Store& store, std::int64_t attempt) {
  return store.select(R"(
    SELECT d.name, nullif(m.split, '') AS split, nullif(d.signature, '') AS signature,
           coalesce(m.value, m.value_kind) AS value, d.unit, m.ci_lo, m.ci_hi, m.n
    FROM metric m JOIN metric_def d USING(metric_id) WHERE m.attempt_id=?1 AND m.step=-1 ORDER BY d.metric_id, m.split)",
                      {attempt});
}

/// One row per launch, cache and clock; raw samples stay in the database (query --sql).
std::vector<OrderedJson> samples_of(Store& store, std::int64_t attempt) {
  return store.select(R"(
    SELECT phase, cache, clock, round, count(*) AS n, sum(discarded<>'') AS discarded,
           min(total_ns * 1e-9 / inner_iters) AS min_s, avg(total_ns * 1e-9 / inner_iters) AS mean_s, max(total_ns * 1e-9 / inner_iters) AS max_s
    FROM sample WHERE attempt_id=?1 GROUP BY phase, cache, clock, round ORDER BY round, phase, cache, clock)",
                      {attempt});
}

std::vector<OrderedJson> checks_of(Store& store, std::int64_t attempt) {
  std::vector<OrderedJson> checks = store.select(R"(
    SELECT tensor, measure, value, tol AS bound, passed, ref_backend, ref_dtype, input_seed, nullif(detail, '') AS detail
    FROM check_result WHERE attempt_id=?1 ORDER BY tensor, measure)",
                                                 {attempt});
  for (OrderedJson& check : checks) check["passed"] = check["passed"] != 0;
  return checks;
}

std::vector<OrderedJson> curves_of(Store& store, std::int64_t attempt) {
  return store.select(R"(
    SELECT d.name, nullif(m.split, '') AS split, count(*) AS points, max(m.step) AS last_step,
           (SELECT value FROM metric f WHERE f.attempt_id=m.attempt_id AND f.metric_id=m.metric_id AND f.split=m.split AND f.step>=0 ORDER BY f.step LIMIT 1) AS first,
           (SELECT value FROM metric l WHERE l.attempt_id=m.attempt_id AND l.metric_id=m.metric_id AND l.split=m.split AND l.step>=0 ORDER BY l.step DESC LIMIT 1) AS last
    FROM metric m JOIN metric_def d USING(metric_id) WHERE m.attempt_id=?1 AND m.step>=0 GROUP BY m.metric_id, m.split ORDER BY d.metric_id)",
                      {attempt});
}

}  // namespace

std::string log_tail(const std::string& db_path, const std::string& log_path, std::size_t lines) {
  namespace fs = std::filesystem;
  if (log_path.empty()) return {};
  const fs::path path = fs::path(log_path).is_absolute() ? fs::path(log_path) : fs::absolute(db_path).parent_path() / log_path;
  std::ifstream file(path);
  std::deque<std::string> last;
  for (std::string line; std::getline(file, line);) {
    last.push_back(line);
    if (last.size() > lines) last.pop_front();
  }
  std::string text;
  for (const std::string& line : last) text += line + "\n";
  return text;
}

OrderedJson show_sweep(Store& store, std::int64_t id) {
  std::vector<OrderedJson> found =
      store.select("SELECT 's' || sweep_id AS id, name, created_at, plan_sha, argv_json, spec_toml FROM sweep WHERE sweep_id=?1", {id});
  if (found.empty()) return nullptr;
  OrderedJson sweep = found.front();
  unpack(sweep, "argv_json", "command_line");
  sweep["tags"] = OrderedJson::array();
  sweep["note"] = nullptr;
  for (const OrderedJson& row : store.select("SELECT tag, note FROM tag WHERE sweep_id=?1 ORDER BY tag", {id})) {
    if (row["tag"] == "") {
      sweep["note"] = row["note"];
    } else {
      sweep["tags"].push_back(row["tag"]);
    }
  }
  OrderedJson states = OrderedJson::object();
  for (const OrderedJson& row :
       store.select("SELECT state, count(*) AS n FROM cell WHERE sweep_id=?1 GROUP BY state ORDER BY state", {id})) {
    states[row["state"].get<std::string>()] = row["n"];
  }
  sweep["states"] = states;
  sweep["cells"] = store.select(R"(
    SELECT 'c' || ce.cell_id AS id, ce.ordinal, ce.state, c.variant, c.backend, c.seq_len, nullif(c.rank, 0) AS rank, ce.seed, nullif(ce.reason, '') AS reason
    FROM cell ce JOIN config c USING(config_id) WHERE ce.sweep_id=?1 ORDER BY ce.ordinal)",
                                {id});
  return sweep;
}

OrderedJson show_attempt(Store& store, const std::string& db_path, std::int64_t id) {
  std::vector<OrderedJson> found = store.select(R"(
    SELECT 'a' || a.attempt_id AS id, 'c' || a.cell_id AS cell, s.name AS sweep, a.n, a.outcome AS state,
           CASE WHEN ce.result_attempt_id=a.attempt_id THEN 1 ELSE 0 END AS is_result,
           nullif(a.error_msg, '') AS reason, nullif(a.error_class, '') AS error_class, a.exit_code, a.term_signal,
           c.canon_json, c.config_sha, ce.seed, nullif(a.kernel, '') AS kernel, nullif(a.kernel_label, '') AS kernel_label, a.noisy,
           a.peak_rss_bytes, a.peak_dev_bytes, a.first_call_ns, a.started_at, a.ended_at, a.attempt_uid AS uid,
           a.repro_cmd, a.log_path, a.volatile_json,
           b.git_sha, b.compiler, b.flags, b.build_sha, e.host, e.os, e.cpu, e.cores
    FROM attempt a JOIN cell ce USING(cell_id) JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
    JOIN build b USING(build_id) JOIN env e USING(env_id) WHERE a.attempt_id=?1)",
                                                {id});
  if (found.empty()) return nullptr;
  OrderedJson attempt = found.front();
  unpack(attempt, "canon_json", "config");
  unpack(attempt, "volatile_json", "volatile");
  attempt["is_result"] = attempt["is_result"] != 0;
  attempt["noisy"] = attempt["noisy"] != 0;
  attempt["metrics"] = metrics_of(store, id);
  attempt["samples"] = samples_of(store, id);
  attempt["curves"] = curves_of(store, id);
  attempt["checks"] = checks_of(store, id);
  attempt["artifacts"] = store.select("SELECT name, path, bytes, sha256 FROM artifact WHERE attempt_id=?1 ORDER BY name", {id});
  auto log = attempt["log_path"].get<std::string>();
  if (log.empty()) log = Places(db_path).unstored_log(attempt["uid"].get<std::string>());
  attempt["log_tail"] = log_tail(db_path, log);
  return attempt;
}

OrderedJson show_cell(Store& store, const std::string& db_path, std::int64_t id) {
  std::vector<OrderedJson> found = store.select(R"(
    SELECT 'c' || ce.cell_id AS id, s.name AS sweep, 's' || s.sweep_id AS sweep_id, ce.ordinal, ce.state, nullif(ce.reason, '') AS reason,
           ce.seed, c.canon_json, c.config_sha, ce.result_attempt_id AS result
    FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id) WHERE ce.cell_id=?1)",
                                                {id});
  if (found.empty()) return nullptr;
  OrderedJson cell = found.front();
  unpack(cell, "canon_json", "config");
  // A reused cell's result belongs to a cell of another sweep.
  const OrderedJson result = cell["result"];
  cell["result"] = result.is_null() ? OrderedJson(nullptr) : OrderedJson("a" + result.dump());
  cell["attempts"] = OrderedJson::array();
  for (const OrderedJson& row : store.select("SELECT attempt_id AS id FROM attempt WHERE cell_id=?1 OR attempt_id=?2 ORDER BY attempt_id",
                                             {id, result.is_null() ? Json(nullptr) : Json(result.get<std::int64_t>())})) {
    OrderedJson attempt = show_attempt(store, db_path, row["id"].get<std::int64_t>());
    attempt.erase("config");
    cell["attempts"].push_back(std::move(attempt));
  }
  return cell;
}

}  // namespace synthbench
