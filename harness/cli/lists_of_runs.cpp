// What a database holds. Ids (s1, c12, a34) are those that `show` takes.
#include "harness/cli/lists.h"
#include "results/saved_query.h"

namespace synthbench {

Store::Selection list_sweeps(const std::string& db_path) {
  // A sweep is as far as its cells are; each subquery reads the index cell_todo.
  return Store::open_to_read(db_path)->select_all(R"(
    SELECT 's' || s.sweep_id AS id, s.name,
           CASE WHEN sum(ce.state='running') > 0 THEN 'running' WHEN sum(ce.state='pending') > 0 THEN 'pending' ELSE 'done' END AS state,
           count(ce.cell_id) AS cells, coalesce(sum(ce.state IN('done','reused')), 0) AS done,
           coalesce(sum(ce.state IN('failed','oom','timeout','crashed')), 0) AS failed,
           coalesce(sum(ce.state='unsupported'), 0) AS unsupported, coalesce(sum(ce.state='excluded'), 0) AS excluded, s.created_at,
           (SELECT group_concat(tag, ', ') FROM (SELECT tag FROM tag WHERE sweep_id=s.sweep_id AND tag<>'' ORDER BY tag)) AS tags,
           (SELECT note FROM tag WHERE sweep_id=s.sweep_id AND tag='') AS note
    FROM sweep s LEFT JOIN cell ce USING(sweep_id) GROUP BY s.sweep_id ORDER BY s.sweep_id)");
}

Store::Selection list_cells(const std::string& db_path) {
  return Store::open_to_read(db_path)->select_all(R"(
    SELECT 'c' || ce.cell_id AS id, s.name AS sweep, ce.ordinal, ce.state, c.kind, c.variant, c.backend, c.seq_len,
           nullif(c.rank, 0) AS rank, nullif(c.task, '') AS task, ce.seed, ce.attempts,
           CASE WHEN ce.result_attempt_id IS NOT NULL THEN 'a' || ce.result_attempt_id END AS result, nullif(ce.reason, '') AS reason
    FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id) ORDER BY ce.sweep_id, ce.ordinal)");
}

Store::Selection list_attempts(const std::string& db_path) {
  return Store::open_to_read(db_path)->select_all(R"(
    SELECT 'a' || a.attempt_id AS id, 'c' || a.cell_id AS cell, a.n, a.outcome AS state, c.variant, c.backend, c.seq_len, ce.seed,
           nullif(a.kernel, '') AS kernel, a.started_at, a.ended_at, nullif(a.error_msg, '') AS reason
    FROM attempt a JOIN cell ce USING(cell_id) JOIN config c USING(config_id) ORDER BY a.attempt_id)");
}

Store::Selection stored_metrics(const std::string& db_path) {
  return Store::open_to_read(db_path)->select_all(R"(
    SELECT d.name || CASE WHEN d.signature = '' THEN '' ELSE ' ' || d.signature END AS name, d.unit, d.better,
           count(m.attempt_id) AS numbers, 'in the database' AS summary
    FROM metric_def d LEFT JOIN metric m USING(metric_id) GROUP BY d.metric_id ORDER BY 1)");
}

/// Equal files of several attempts follow each other.
Store::Selection list_artifacts(const std::string& db_path) {
  return Store::open_to_read(db_path)->select_all(R"(
    SELECT f.sha256, f.name, f.bytes, 'a' || f.attempt_id AS attempt, 'c' || a.cell_id AS cell, f.path
    FROM artifact f JOIN attempt a USING(attempt_id) ORDER BY f.sha256, f.attempt_id, f.name)");
}

Store::Selection list_queries(const std::string& db_path) { return list_saved_queries(*Store::open_to_read(db_path)); }

}  // namespace synthbench
