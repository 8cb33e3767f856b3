-- The results database, version 2. Numbers are in base units (seconds, bytes); NaN and infinities are kinds, never NULL by accident.
-- open.cpp runs this in one transaction on an empty file; WAL and foreign keys are set per connection (sqlite.cpp). A change here is a new
-- version: migrate.cpp says what it does to tables of older files, and makes views and indexes anew from this text.
PRAGMA application_id = 0x53594E42; -- 'SYNB': `file` and we can recognise the file
PRAGMA user_version = 2;

-- who built it / where it ran ----------------------------------------------------
CREATE TABLE build(
  build_id INTEGER PRIMARY KEY, build_sha TEXT NOT NULL UNIQUE,          -- SHA-256 over source_sha, compiler, build_type, flags, libs_json
  source_sha TEXT NOT NULL, compiler TEXT NOT NULL, build_type TEXT NOT NULL, flags TEXT NOT NULL, -- source_sha: of what was compiled
  libs_json TEXT NOT NULL CHECK(json_valid(libs_json)),                  -- eigen, libtorch, cuda, sqlite, toml++
  tool_version TEXT NOT NULL, git_sha TEXT NOT NULL,                     -- where such a build was seen, not what it is: a commit of documents
  dirty INTEGER NOT NULL CHECK(dirty IN(0,1)), diff_sha TEXT NOT NULL DEFAULT '') STRICT; -- adds no row; of two, clean, then the smaller git_sha stays
CREATE TABLE env(
  env_id INTEGER PRIMARY KEY, env_sha TEXT NOT NULL UNIQUE,              -- STABLE facts only, never clocks/temps
  host TEXT NOT NULL, os TEXT NOT NULL, cpu TEXT NOT NULL, cores INTEGER NOT NULL, ram_bytes INTEGER NOT NULL,
  device TEXT NOT NULL DEFAULT '', device_uuid TEXT NOT NULL DEFAULT '', device_mem_bytes INTEGER NOT NULL DEFAULT 0,
  driver TEXT NOT NULL DEFAULT '', runtime TEXT NOT NULL DEFAULT '') STRICT;

-- what was asked -----------------------------------------------------------------
CREATE TABLE sweep(
  sweep_id INTEGER PRIMARY KEY, name TEXT NOT NULL, spec_toml TEXT NOT NULL, plan_sha TEXT NOT NULL,
  argv_json TEXT NOT NULL CHECK(json_valid(argv_json)), created_at TEXT NOT NULL, UNIQUE(name,plan_sha)) STRICT;
CREATE TABLE config(                                                     -- one row per distinct resolved config
  config_id INTEGER PRIMARY KEY, config_sha TEXT NOT NULL UNIQUE,        -- sha of canon_json; no seed, no machine
  canon_json TEXT NOT NULL CHECK(json_valid(canon_json)),                -- sorted keys, every default resolved
  kind    TEXT NOT NULL CHECK(kind IN('speed','train','eval','check')),
  variant TEXT NOT NULL, backend TEXT NOT NULL, dtype TEXT NOT NULL, task TEXT NOT NULL DEFAULT '',
  seq_len INTEGER NOT NULL, rank INTEGER NOT NULL DEFAULT 0,             -- sentinels, never NULL: NULLs break joins
  params INTEGER NOT NULL DEFAULT 0, flops INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX config_axes ON config(kind,variant,backend,seq_len,rank);
CREATE TABLE config_param(                                               -- every other knob, queryable
  config_id INTEGER NOT NULL REFERENCES config ON DELETE CASCADE, path TEXT NOT NULL,
  text_value TEXT NOT NULL, num_value REAL, PRIMARY KEY(config_id,path)) STRICT, WITHOUT ROWID;
CREATE INDEX config_param_by_path ON config_param(path,text_value);
CREATE TABLE cell(                                                       -- one planned grid point x seed
  cell_id INTEGER PRIMARY KEY, sweep_id INTEGER NOT NULL REFERENCES sweep ON DELETE CASCADE,
  config_id INTEGER NOT NULL REFERENCES config, seed INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending' CHECK(state IN('pending','running','done','reused','failed','oom',
         'timeout','crashed','unsupported','excluded')),
  reason TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
  owner TEXT, lease_until REAL,
  result_attempt_id INTEGER REFERENCES attempt,
  CHECK((state IN('done','reused')) = (result_attempt_id IS NOT NULL)),
  CHECK((state='running') = (owner IS NOT NULL)),
  UNIQUE(sweep_id,config_id,seed)) STRICT;
CREATE INDEX cell_todo   ON cell(sweep_id,state,ordinal);
CREATE INDEX cell_reuse  ON cell(config_id,seed) WHERE state='done';
CREATE INDEX cell_result ON cell(result_attempt_id);
CREATE INDEX cell_by_config ON cell(config_id);                          -- v_seed of one config; a config that no cell needs

-- what happened ------------------------------------------------------------------
CREATE TABLE attempt(
  attempt_id INTEGER PRIMARY KEY, attempt_uid TEXT NOT NULL UNIQUE,      -- random; makes `merge` idempotent
  cell_id INTEGER NOT NULL REFERENCES cell ON DELETE CASCADE, n INTEGER NOT NULL,
  build_id INTEGER NOT NULL REFERENCES build, env_id INTEGER NOT NULL REFERENCES env,
  started_at TEXT NOT NULL, ended_at TEXT,
  outcome TEXT NOT NULL DEFAULT 'running' CHECK(outcome IN('running','done','failed','oom','timeout','crashed',
         'unsupported','abandoned')),
  exit_code INTEGER, term_signal INTEGER, error_class TEXT NOT NULL DEFAULT '', error_msg TEXT NOT NULL DEFAULT '',
  repro_cmd TEXT NOT NULL, log_path TEXT NOT NULL DEFAULT '',
  kernel TEXT NOT NULL DEFAULT '',                                       -- the kernel that ran, as reported by the worker
  kernel_label TEXT NOT NULL DEFAULT '' CHECK(kernel_label IN('','reference','optimised','simulated')),
  volatile_json TEXT NOT NULL DEFAULT '{}' CHECK(json_valid(volatile_json)),  -- clocks, temps, load, neighbours
  peak_rss_bytes INTEGER, peak_dev_bytes INTEGER, first_call_ns INTEGER,
  noisy INTEGER NOT NULL DEFAULT 0 CHECK(noisy IN(0,1)),
  UNIQUE(cell_id,n)) STRICT;
CREATE UNIQUE INDEX attempt_one_running ON attempt(cell_id) WHERE outcome='running';
CREATE INDEX attempt_by_where ON attempt(build_id,env_id);
CREATE TABLE metric_def(                                                 -- direction and unit live in the DB
  metric_id INTEGER PRIMARY KEY, name TEXT NOT NULL, signature TEXT NOT NULL DEFAULT '', unit TEXT NOT NULL,
  better TEXT NOT NULL CHECK(better IN('higher','lower','none')), UNIQUE(name,signature)) STRICT;
CREATE TABLE metric(
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, metric_id INTEGER NOT NULL REFERENCES metric_def,
  split TEXT NOT NULL DEFAULT '', step INTEGER NOT NULL DEFAULT -1,      -- -1 = final
  value REAL, value_kind TEXT NOT NULL DEFAULT 'finite' CHECK(value_kind IN('finite','nan','+inf','-inf')),
  n INTEGER, ci_lo REAL, ci_hi REAL, CHECK((value_kind='finite')=(value IS NOT NULL)),
  PRIMARY KEY(attempt_id,metric_id,split,step)) STRICT, WITHOUT ROWID;
CREATE INDEX metric_by_name ON metric(metric_id,split,step);
CREATE TABLE sample(                                                     -- raw timings
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, phase TEXT NOT NULL CHECK(phase IN('first','warmup','measure')),
  cache TEXT NOT NULL CHECK(cache IN('cold','hot')), round INTEGER NOT NULL, idx INTEGER NOT NULL,
  clock TEXT NOT NULL CHECK(clock IN('wall','cuda_event','cpu')), inner_iters INTEGER NOT NULL CHECK(inner_iters>0),
  total_ns INTEGER NOT NULL CHECK(total_ns>=0), sm_mhz INTEGER, discarded TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(attempt_id,phase,cache,round,idx,clock)) STRICT, WITHOUT ROWID;
CREATE TABLE example_score(                                              -- optional; paired tests need it
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, metric_id INTEGER NOT NULL REFERENCES metric_def,
  split TEXT NOT NULL, example INTEGER NOT NULL, value REAL NOT NULL,
  PRIMARY KEY(attempt_id,metric_id,split,example)) STRICT, WITHOUT ROWID;
CREATE TABLE check_result(
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, ref_backend TEXT NOT NULL, ref_dtype TEXT NOT NULL,
  tensor TEXT NOT NULL, measure TEXT NOT NULL, value REAL, tol REAL NOT NULL, passed INTEGER NOT NULL CHECK(passed IN(0,1)),
  input_seed INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(attempt_id,ref_backend,tensor,measure)) STRICT, WITHOUT ROWID;
CREATE TABLE artifact(attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, name TEXT NOT NULL,
  path TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY(attempt_id,name)) STRICT, WITHOUT ROWID;
CREATE INDEX artifact_by_hash ON artifact(sha256);

-- reference data -----------------------------------------------------------------
CREATE TABLE noise_floor(env_id INTEGER NOT NULL REFERENCES env ON DELETE CASCADE, backend TEXT NOT NULL, bucket TEXT NOT NULL,
  pairs INTEGER NOT NULL, rel_p95 REAL NOT NULL, measured_at TEXT NOT NULL, PRIMARY KEY(env_id,backend,bucket)) STRICT, WITHOUT ROWID;
CREATE TABLE paper_value(paper TEXT NOT NULL, tbl TEXT NOT NULL, row_label TEXT NOT NULL, col_label TEXT NOT NULL,
  metric TEXT NOT NULL, value REAL NOT NULL, note TEXT NOT NULL DEFAULT '', PRIMARY KEY(paper,tbl,row_label,col_label)) STRICT, WITHOUT ROWID;
CREATE TABLE baseline(name TEXT PRIMARY KEY, sweep_id INTEGER NOT NULL REFERENCES sweep, build_id INTEGER REFERENCES build,
  env_id INTEGER REFERENCES env, filter TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tag(sweep_id INTEGER NOT NULL REFERENCES sweep ON DELETE CASCADE, tag TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(sweep_id,tag)) STRICT, WITHOUT ROWID;
CREATE TABLE saved_query(name TEXT PRIMARY KEY, sql TEXT NOT NULL, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE migration(version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL, tool_version TEXT NOT NULL) STRICT;

-- views the CLI and users share --------------------------------------------------
CREATE VIEW v_result AS          -- long form: one row per cell x metric; cells without a result still appear once
  SELECT s.name sweep, c.kind, c.variant, c.backend, c.dtype, c.task, c.seq_len, c.rank, a.kernel, a.kernel_label, c.params, ce.seed, ce.state, ce.reason,
         d.name metric, d.signature, d.unit, d.better, m.split, m.step, m.value, m.value_kind, m.ci_lo, m.ci_hi,
         ce.cell_id, c.config_id, a.attempt_id, a.build_id, a.env_id, a.noisy
  FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
  LEFT JOIN attempt a ON a.attempt_id=ce.result_attempt_id
  LEFT JOIN metric m ON m.attempt_id=a.attempt_id LEFT JOIN metric_def d ON d.metric_id=m.metric_id;
CREATE VIEW v_seed AS            -- over seeds, machines and builds kept apart. sd is shifted by one member (v0):
  SELECT sweep, config_id, kind, variant, backend, dtype, task, seq_len, rank, kernel, env_id, build_id,   -- against cancellation
         metric, signature, unit, better, split, count(value) n, avg(value) mean,
         CASE WHEN count(value)>1 THEN sqrt(max(0,(sum((value-v0)*(value-v0))
              -sum(value-v0)*sum(value-v0)/count(value))/(count(value)-1))) END sd,
         min(value) lo, max(value) hi, sum(value_kind<>'finite') n_nonfinite, sum(noisy) n_noisy, sweep_id
  FROM (SELECT s.name sweep, s.sweep_id, c.*, a.kernel, a.env_id, a.build_id, a.noisy, d.name metric, d.signature, d.unit, d.better,
               m.split, m.value, m.value_kind,
               (SELECT m0.value FROM cell e0 JOIN metric m0 ON m0.attempt_id=e0.result_attempt_id
                 WHERE e0.sweep_id=ce.sweep_id AND e0.config_id=ce.config_id AND m0.metric_id=m.metric_id
                   AND m0.split=m.split AND m0.step=-1 AND m0.value IS NOT NULL LIMIT 1) v0
        FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
        JOIN attempt a ON a.attempt_id=ce.result_attempt_id
        JOIN metric m ON m.attempt_id=a.attempt_id JOIN metric_def d ON d.metric_id=m.metric_id
        WHERE m.step=-1)
  GROUP BY sweep_id, config_id, env_id, build_id, metric, signature, split,
           sweep, kind, variant, backend, dtype, task, seq_len, rank, unit, better;  -- decided by the above: named, so that filters on them
                                                                    -- reach the rows; an edited grid is another sweep of its name
CREATE VIEW v_gaps AS            -- printed under every table
  SELECT s.name sweep, c.variant, c.backend, ce.state, count(*) cells, group_concat(DISTINCT nullif(ce.reason,'')) reasons
  FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
  WHERE ce.state NOT IN('done','reused') GROUP BY 1,2,3,4;
