#include "results/provenance_rows.h"

#include <vector>

namespace synthbench {

Store::Selection provenance_of(Store& store, std::span<const std::int64_t> attempts) {
  const Json ids(std::vector<std::int64_t>(attempts.begin(), attempts.end()));
  return store.select_all(R"(
    SELECT 'a' || a.attempt_id AS attempt, 'c' || a.cell_id AS cell, 's' || s.sweep_id || ' ' || s.name AS sweep, ce.seed,
           a.outcome AS state, nullif(a.error_msg, '') AS reason,
           a.kernel || CASE a.kernel_label WHEN 'reference' THEN ' (reference)' ELSE '' END AS kernel, a.noisy, a.ended_at,
           a.repro_cmd AS command, nullif(a.log_path, '') AS log,
           substr(b.git_sha, 1, 12) || CASE b.dirty WHEN 1 THEN ' with local changes' ELSE '' END AS "commit",
           substr(b.build_sha, 1, 12) || ', synthbench ' || b.tool_version || ', ' || b.compiler || ', ' || b.build_type AS build,
           e.cpu || ', ' || e.cores || ' cores' || CASE e.device WHEN '' THEN '' ELSE ', ' || e.device END || ', ' || e.os || ', host ' || e.host
             AS machine,
           c.canon_json AS config
    FROM json_each(?1) JOIN attempt a ON a.attempt_id=json_each.value JOIN cell ce USING(cell_id) JOIN sweep s USING(sweep_id)
    JOIN config c USING(config_id) JOIN build b USING(build_id) JOIN env e USING(env_id) ORDER BY a.attempt_id)",
                          {ids.dump()});
}

}  // namespace synthbench
