-- A real results database of version 1, as synthbench 0.1.0 wrote it: two sweeps, one with a reused and a crashed cell, a baseline.
PRAGMA application_id = 0x53594E42;
PRAGMA user_version = 1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE build(
  build_id INTEGER PRIMARY KEY, build_sha TEXT NOT NULL UNIQUE,          -- SHA-256 over source_sha, compiler, build_type, flags, libs_json
  source_sha TEXT NOT NULL, compiler TEXT NOT NULL, build_type TEXT NOT NULL, flags TEXT NOT NULL, -- source_sha: of what was compiled
  libs_json TEXT NOT NULL CHECK(json_valid(libs_json)),                  -- eigen, libtorch, cuda, sqlite, toml++
  tool_version TEXT NOT NULL, git_sha TEXT NOT NULL,                     -- where such a build was seen, not what it is: a commit of documents
  dirty INTEGER NOT NULL CHECK(dirty IN(0,1)), diff_sha TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO build VALUES(1,'3facb4e584fda586d81931a5e3777807eec9a7ea500fed5325ae3a8d361e017c','216f2f952db2a8022c8c8d8b4b9798be44df53a8ea182ce01bf91a93bbad3029','GNU 12.2.0','Release','-O2 -DNDEBUG; kernels: -O3 -march=native(znver3)','{"benchmark":"1.7.1","boost":"1.74.0","cli11":"2.1.2","eigen":"3.4.0","fmt":"9.1.0","libtorch":"","nlohmann_json":"3.11.2","sentencepiece":"0.1.97","sqlite":"3.40.1","toml++":"3.3.0"}','0.1.0','bb9593694ae6f26a57795f60b4c0f59ecfcae213',0,'');
CREATE TABLE env(
  env_id INTEGER PRIMARY KEY, env_sha TEXT NOT NULL UNIQUE,              -- STABLE facts only, never clocks/temps
  host TEXT NOT NULL, os TEXT NOT NULL, cpu TEXT NOT NULL, cores INTEGER NOT NULL, ram_bytes INTEGER NOT NULL,
  device TEXT NOT NULL DEFAULT '', device_uuid TEXT NOT NULL DEFAULT '', device_mem_bytes INTEGER NOT NULL DEFAULT 0,
  driver TEXT NOT NULL DEFAULT '', runtime TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO env VALUES(1,'42be9800a7489bb3620b8c909d6daa44fe3fd2304e357d081b1f6700d5eee7ba','vm','Debian GNU/Linux 12 (bookworm)','AMD EPYC',2,25232932864,'','',0,'','');
CREATE TABLE sweep(
  sweep_id INTEGER PRIMARY KEY, name TEXT NOT NULL, spec_toml TEXT NOT NULL, plan_sha TEXT NOT NULL,
  argv_json TEXT NOT NULL CHECK(json_valid(argv_json)), created_at TEXT NOT NULL, UNIQUE(name,plan_sha)) STRICT;
INSERT INTO sweep VALUES(1,'bench','','497924b3690d0588d072b8ec5adf8eb5859518fe8472092b4c92c6f48a0cf950','["bench","-m","vanilla,dense,random","-b","eigen","-l","8","--seed","0-1","--batch","1","--heads","1","--d-model","4","--threads","1","--launches","1","-r","3","--set","kind=speed","--db","v1.db","-q"]','2026-11-24T18:31:17.292Z');
INSERT INTO sweep VALUES(2,'bench','','cf52f3a672adff89685810f661f58ea292c08704b5e596a5b206591f1a8b6692','["bench","-m","vanilla","-b","eigen,fault_crash","-l","8","--batch","1","--heads","1","--d-model","4","--threads","1","--launches","1","-r","3","--db","v1.db","-q"]','2026-11-24T18:31:54.163Z');
CREATE TABLE config(                                                     -- one row per distinct resolved config
  config_id INTEGER PRIMARY KEY, config_sha TEXT NOT NULL UNIQUE,        -- sha of canon_json; no seed, no machine
  canon_json TEXT NOT NULL CHECK(json_valid(canon_json)),                -- sorted keys, every default resolved
  kind    TEXT NOT NULL CHECK(kind IN('speed','train','eval','check')),
  variant TEXT NOT NULL, backend TEXT NOT NULL, dtype TEXT NOT NULL, task TEXT NOT NULL DEFAULT '',
  seq_len INTEGER NOT NULL, rank INTEGER NOT NULL DEFAULT 0,             -- sentinels, never NULL: NULLs break joins
  params INTEGER NOT NULL DEFAULT 0, flops INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO config VALUES(1,'3dfcfd2ac77f4d9eb1cb7f281f8bc09d417124785f82630a939d2ec54234d07a','{"backend":"eigen","batch":1,"causal":false,"d_model":4,"device":"cpu","direction":"fwdbwd","dtype":"f32","head_dim":4,"heads":1,"key_lengths":"full","kind":"speed","scope":"attend","seq_len":8,"threads":1,"variant":"vanilla"}','speed','vanilla','eigen','f32','',8,0,32,3712);
INSERT INTO config VALUES(2,'c211aa32867e324fbf0186dc7a0f53a26d327e869ec7abf0555f732c025a206e','{"backend":"eigen","batch":1,"causal":false,"d_model":4,"dense_bias":true,"device":"cpu","direction":"fwdbwd","dtype":"f32","head_dim":4,"heads":1,"key_lengths":"full","kind":"speed","max_len":8,"scope":"attend","seq_len":8,"synthesizer":"ffn","threads":1,"variant":"dense","w1":"heads","w2":"heads"}','speed','dense','eigen','f32','',8,0,60,3840);
INSERT INTO config VALUES(3,'78e1d5bc5bba4f950062a0b64e878a6b60a199710878f4fe4a4c193551ef33fe','{"backend":"eigen","batch":1,"causal":false,"d_model":4,"device":"cpu","direction":"fwdbwd","dtype":"f32","head_dim":4,"heads":1,"key_lengths":"full","kind":"speed","max_len":8,"scope":"attend","seq_len":8,"table_init":"glorot","threads":1,"variant":"random"}','speed','random','eigen','f32','',8,0,64,2240);
INSERT INTO config VALUES(4,'f9fc58a7dfa7cf47e8716bf8c0e818556e433e293820fd26c94d269fba14773d','{"backend":"fault_crash","batch":1,"causal":false,"d_model":4,"device":"cpu","direction":"fwdbwd","dtype":"f32","head_dim":4,"heads":1,"key_lengths":"full","kind":"speed","scope":"attend","seq_len":8,"threads":1,"variant":"vanilla"}','speed','vanilla','fault_crash','f32','',8,0,32,3712);
CREATE TABLE config_param(                                               -- every other knob, queryable
  config_id INTEGER NOT NULL REFERENCES config ON DELETE CASCADE, path TEXT NOT NULL,
  text_value TEXT NOT NULL, num_value REAL, PRIMARY KEY(config_id,path)) STRICT, WITHOUT ROWID;
INSERT INTO config_param VALUES(1,'batch','1',1.0);
INSERT INTO config_param VALUES(1,'causal','false',NULL);
INSERT INTO config_param VALUES(1,'d_model','4',4.0);
INSERT INTO config_param VALUES(1,'device','cpu',NULL);
INSERT INTO config_param VALUES(1,'direction','fwdbwd',NULL);
INSERT INTO config_param VALUES(1,'head_dim','4',4.0);
INSERT INTO config_param VALUES(1,'heads','1',1.0);
INSERT INTO config_param VALUES(1,'key_lengths','full',NULL);
INSERT INTO config_param VALUES(1,'scope','attend',NULL);
INSERT INTO config_param VALUES(1,'threads','1',1.0);
INSERT INTO config_param VALUES(2,'batch','1',1.0);
INSERT INTO config_param VALUES(2,'causal','false',NULL);
INSERT INTO config_param VALUES(2,'d_model','4',4.0);
INSERT INTO config_param VALUES(2,'dense_bias','true',NULL);
INSERT INTO config_param VALUES(2,'device','cpu',NULL);
INSERT INTO config_param VALUES(2,'direction','fwdbwd',NULL);
INSERT INTO config_param VALUES(2,'head_dim','4',4.0);
INSERT INTO config_param VALUES(2,'heads','1',1.0);
INSERT INTO config_param VALUES(2,'key_lengths','full',NULL);
INSERT INTO config_param VALUES(2,'max_len','8',8.0);
INSERT INTO config_param VALUES(2,'scope','attend',NULL);
INSERT INTO config_param VALUES(2,'synthesizer','ffn',NULL);
INSERT INTO config_param VALUES(2,'threads','1',1.0);
INSERT INTO config_param VALUES(2,'w1','heads',NULL);
INSERT INTO config_param VALUES(2,'w2','heads',NULL);
INSERT INTO config_param VALUES(3,'batch','1',1.0);
INSERT INTO config_param VALUES(3,'causal','false',NULL);
INSERT INTO config_param VALUES(3,'d_model','4',4.0);
INSERT INTO config_param VALUES(3,'device','cpu',NULL);
INSERT INTO config_param VALUES(3,'direction','fwdbwd',NULL);
INSERT INTO config_param VALUES(3,'head_dim','4',4.0);
INSERT INTO config_param VALUES(3,'heads','1',1.0);
INSERT INTO config_param VALUES(3,'key_lengths','full',NULL);
INSERT INTO config_param VALUES(3,'max_len','8',8.0);
INSERT INTO config_param VALUES(3,'scope','attend',NULL);
INSERT INTO config_param VALUES(3,'table_init','glorot',NULL);
INSERT INTO config_param VALUES(3,'threads','1',1.0);
INSERT INTO config_param VALUES(4,'batch','1',1.0);
INSERT INTO config_param VALUES(4,'causal','false',NULL);
INSERT INTO config_param VALUES(4,'d_model','4',4.0);
INSERT INTO config_param VALUES(4,'device','cpu',NULL);
INSERT INTO config_param VALUES(4,'direction','fwdbwd',NULL);
INSERT INTO config_param VALUES(4,'head_dim','4',4.0);
INSERT INTO config_param VALUES(4,'heads','1',1.0);
INSERT INTO config_param VALUES(4,'key_lengths','full',NULL);
INSERT INTO config_param VALUES(4,'scope','attend',NULL);
INSERT INTO config_param VALUES(4,'threads','1',1.0);
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
INSERT INTO cell VALUES(1,1,1,0,1,'done','',1,NULL,NULL,1);
INSERT INTO cell VALUES(2,1,1,1,2,'done','',1,NULL,NULL,4);
INSERT INTO cell VALUES(3,1,2,0,3,'done','',1,NULL,NULL,2);
INSERT INTO cell VALUES(4,1,2,1,4,'done','',1,NULL,NULL,5);
INSERT INTO cell VALUES(5,1,3,0,5,'done','',1,NULL,NULL,3);
INSERT INTO cell VALUES(6,1,3,1,6,'done','',1,NULL,NULL,6);
INSERT INTO cell VALUES(7,2,1,0,1,'reused','',0,NULL,NULL,1);
INSERT INTO cell VALUES(8,2,4,0,2,'crashed','worker ended by SIGSEGV (Segmentation fault)',1,NULL,NULL,NULL);
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
INSERT INTO attempt VALUES(1,'f3f5002e7050544a84bbc6758120d4d7',1,1,1,1,'2026-11-24T18:31:45.749Z','2026-11-24T18:31:45.913Z','done',0,NULL,'','','synthbench bench --set backend=eigen --set batch=1 --set causal=false --set d_model=4 --set device=cpu --set direction=fwdbwd --set dtype=f32 --set head_dim=4 --set heads=1 --set key_lengths=full --set scope=attend --set seq_len=8 --set threads=1 --set variant=vanilla --seed 0 --launches 1 -r 3 --force','','naive','optimised','{"available_bytes":24286715904,"cpu_mhz":2596.148,"kernel":"6.18.44-fc-v669","load":[1.1201171875,1.96435546875,1.8447265625],"measure":{"cache":["hot"],"gate":true,"launches":1,"max_noise":0.02,"max_time":3.0,"min_samples":10,"min_time":0.3,"repetitions":3,"timeout":-1.0},"seconds":0.162062201,"start_up_seconds":0.004510493003181182}',9650176,NULL,7331,0);
INSERT INTO attempt VALUES(2,'e1a443577b607a0b2d42495c06cfde06',3,1,1,1,'2026-11-24T18:31:47.738Z','2026-11-24T18:31:47.909Z','done',0,NULL,'','','synthbench bench --set backend=eigen --set batch=1 --set causal=false --set d_model=4 --set dense_bias=true --set device=cpu --set direction=fwdbwd --set dtype=f32 --set head_dim=4 --set heads=1 --set key_lengths=full --set max_len=8 --set scope=attend --set seq_len=8 --set synthesizer=ffn --set threads=1 --set variant=dense --set w1=heads --set w2=heads --seed 0 --launches 1 -r 3 --force','','naive','optimised','{"available_bytes":24069193728,"cpu_mhz":2596.148,"kernel":"6.18.44-fc-v669","load":[1.1201171875,1.96435546875,1.8447265625],"measure":{"cache":["hot"],"gate":true,"launches":1,"max_noise":0.02,"max_time":3.0,"min_samples":10,"min_time":0.3,"repetitions":3,"timeout":-1.0},"seconds":0.161794996,"start_up_seconds":0.006456365001213271}',9764864,NULL,7091,0);
INSERT INTO attempt VALUES(3,'9b7781ea12b9855c59e142226d3bae9a',5,1,1,1,'2026-11-24T18:31:49.659Z','2026-11-24T18:31:49.827Z','done',0,NULL,'','','synthbench bench --set backend=eigen --set batch=1 --set causal=false --set d_model=4 --set device=cpu --set direction=fwdbwd --set dtype=f32 --set head_dim=4 --set heads=1 --set key_lengths=full --set max_len=8 --set scope=attend --set seq_len=8 --set table_init=glorot --set threads=1 --set variant=random --seed 0 --launches 1 -r 3 --force','','naive','optimised','{"available_bytes":23863697408,"cpu_mhz":2596.148,"kernel":"6.18.44-fc-v669","load":[1.51123046875,2.03173828125,1.8671875],"measure":{"cache":["hot"],"gate":true,"launches":1,"max_noise":0.02,"max_time":3.0,"min_samples":10,"min_time":0.3,"repetitions":3,"timeout":-1.0},"seconds":0.160642177,"start_up_seconds":0.006351746000291314}',9740288,NULL,4276,0);
INSERT INTO attempt VALUES(4,'44539972b028c69ea79c7571635252ab',2,1,1,1,'2026-11-24T18:31:50.479Z','2026-11-24T18:31:50.651Z','done',0,NULL,'','','synthbench bench --set backend=eigen --set batch=1 --set causal=false --set d_model=4 --set device=cpu --set direction=fwdbwd --set dtype=f32 --set head_dim=4 --set heads=1 --set key_lengths=full --set scope=attend --set seq_len=8 --set threads=1 --set variant=vanilla --seed 1 --launches 1 -r 3 --force','','naive','optimised','{"available_bytes":23828578304,"cpu_mhz":2596.148,"kernel":"6.18.44-fc-v669","load":[1.51123046875,2.03173828125,1.8671875],"measure":{"cache":["hot"],"gate":true,"launches":1,"max_noise":0.02,"max_time":3.0,"min_samples":10,"min_time":0.3,"repetitions":3,"timeout":-1.0},"seconds":0.164099059,"start_up_seconds":0.006788838996726554}',9707520,NULL,12078,0);
INSERT INTO attempt VALUES(5,'c1ca06e866bc6fa1a639d0966d60b55c',4,1,1,1,'2026-11-24T18:31:53.752Z','2026-11-24T18:31:53.921Z','done',0,NULL,'','','synthbench bench --set backend=eigen --set batch=1 --set causal=false --set d_model=4 --set dense_bias=true --set device=cpu --set direction=fwdbwd --set dtype=f32 --set head_dim=4 --set heads=1 --set key_lengths=full --set max_len=8 --set scope=attend --set seq_len=8 --set synthesizer=ffn --set threads=1 --set variant=dense --set w1=heads --set w2=heads --seed 1 --launches 1 -r 3 --force','','naive','optimised','{"available_bytes":24089419776,"cpu_mhz":2596.148,"kernel":"6.18.44-fc-v669","load":[1.51123046875,2.03173828125,1.8671875],"measure":{"cache":["hot"],"gate":true,"launches":1,"max_noise":0.02,"max_time":3.0,"min_samples":10,"min_time":0.3,"repetitions":3,"timeout":-1.0},"seconds":0.16240898,"start_up_seconds":0.005204506000154652}',9715712,NULL,8603,0);
INSERT INTO attempt VALUES(6,'86609f88e9cc818c67220a10bfad7f00',6,1,1,1,'2026-11-24T18:31:53.958Z','2026-11-24T18:31:54.129Z','done',0,NULL,'','','synthbench bench --set backend=eigen --set batch=1 --set causal=false --set d_model=4 --set device=cpu --set direction=fwdbwd --set dtype=f32 --set head_dim=4 --set heads=1 --set key_lengths=full --set max_len=8 --set scope=attend --set seq_len=8 --set table_init=glorot --set threads=1 --set variant=random --seed 1 --launches 1 -r 3 --force','','naive','optimised','{"available_bytes":24117174272,"cpu_mhz":2596.148,"kernel":"6.18.44-fc-v669","load":[1.51123046875,2.03173828125,1.8671875],"measure":{"cache":["hot"],"gate":true,"launches":1,"max_noise":0.02,"max_time":3.0,"min_samples":10,"min_time":0.3,"repetitions":3,"timeout":-1.0},"seconds":0.164396269,"start_up_seconds":0.0042471130000194535}',9605120,NULL,5438,0);
INSERT INTO attempt VALUES(7,'1ce08cb0cdeac629013d649baebba2bf',8,1,1,1,'2026-11-24T18:31:57.794Z','2026-11-24T18:31:57.803Z','crashed',NULL,11,'signal','worker ended by SIGSEGV (Segmentation fault)','synthbench bench --set backend=fault_crash --set batch=1 --set causal=false --set d_model=4 --set device=cpu --set direction=fwdbwd --set dtype=f32 --set head_dim=4 --set heads=1 --set key_lengths=full --set scope=attend --set seq_len=8 --set threads=1 --set variant=vanilla --seed 0 --launches 1 -r 3 --force','','naive','optimised','{"available_bytes":24011653120,"cpu_mhz":2596.148,"kernel":"6.18.44-fc-v669","load":[1.791015625,2.0810546875,1.88427734375],"measure":{"cache":["hot"],"gate":true,"launches":1,"max_noise":0.02,"max_time":3.0,"min_samples":10,"min_time":0.3,"repetitions":3,"timeout":-1.0},"seconds":0.006069192,"start_up_seconds":0.0}',10969088,NULL,NULL,0);
CREATE TABLE metric_def(                                                 -- direction and unit live in the DB
  metric_id INTEGER PRIMARY KEY, name TEXT NOT NULL, signature TEXT NOT NULL DEFAULT '', unit TEXT NOT NULL,
  better TEXT NOT NULL CHECK(better IN('higher','lower','none')), UNIQUE(name,signature)) STRICT;
INSERT INTO metric_def VALUES(1,'median','','s','lower');
INSERT INTO metric_def VALUES(2,'min','','s','lower');
INSERT INTO metric_def VALUES(3,'mean','','s','lower');
INSERT INTO metric_def VALUES(4,'sd','','s','lower');
INSERT INTO metric_def VALUES(5,'tokens_per_s','','tokens/s','higher');
INSERT INTO metric_def VALUES(6,'flops_per_s','','FLOP/s','higher');
INSERT INTO metric_def VALUES(7,'peak_rss','','B','lower');
INSERT INTO metric_def VALUES(8,'parameters','','1','lower');
CREATE TABLE metric(
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, metric_id INTEGER NOT NULL REFERENCES metric_def,
  split TEXT NOT NULL DEFAULT '', step INTEGER NOT NULL DEFAULT -1,      -- -1 = final
  value REAL, value_kind TEXT NOT NULL DEFAULT 'finite' CHECK(value_kind IN('finite','nan','+inf','-inf')),
  n INTEGER, ci_lo REAL, ci_hi REAL, CHECK((value_kind='finite')=(value IS NOT NULL)),
  PRIMARY KEY(attempt_id,metric_id,split,step)) STRICT, WITHOUT ROWID;
INSERT INTO metric VALUES(1,1,'',-1,2.5529999999999999512e-06,'finite',3,2.5240000000000003134e-06,3.7860000000000002587e-06);
INSERT INTO metric VALUES(1,2,'',-1,2.5240000000000003134e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(1,3,'',-1,2.9543333333333332254e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(1,4,'',-1,7.2039040341562957797e-07,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(1,5,'',-1,3133568.3509596553631,'finite',3,2113048.0718436343596,3169572.1077654510737);
INSERT INTO metric VALUES(1,6,'',-1,1453975714.8452801704,'finite',3,980454305.33544635776,1470681458.0031692982);
INSERT INTO metric VALUES(1,7,'',-1,9650176.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(1,8,'',-1,32.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(2,1,'',-1,3.2240000000000003876e-06,'finite',3,3.0540000000000003211e-06,7.7020000000000001195e-06);
INSERT INTO metric VALUES(2,2,'',-1,3.0540000000000003211e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(2,3,'',-1,4.6600000000000002761e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(2,4,'',-1,2.6358201759604161953e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(2,5,'',-1,2481389.5781637714244,'finite',3,1038691.2490262269275,2619515.3896529139018);
INSERT INTO metric VALUES(2,6,'',-1,1191066997.5186102389,'finite',3,498571799.53258895874,1257367387.0333986282);
INSERT INTO metric VALUES(2,7,'',-1,9764864.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(2,8,'',-1,60.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(3,1,'',-1,2.9740000000000002404e-06,'finite',3,2.2530000000000002823e-06,1.2439000000000000674e-05);
INSERT INTO metric VALUES(3,2,'',-1,2.2530000000000002823e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(3,3,'',-1,5.888666666666666642e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(3,4,'',-1,5.6841983017249969028e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(3,5,'',-1,2689979.8251513112336,'finite',3,643138.51595787436235,3550821.127385707572);
INSERT INTO metric VALUES(3,6,'',-1,753194351.04236710071,'finite',3,180078784.46820482611,994229915.66799807545);
INSERT INTO metric VALUES(3,7,'',-1,9740288.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(3,8,'',-1,64.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(4,1,'',-1,2.5940000000000000667e-06,'finite',3,2.4940000000000001772e-06,5.598000000000000443e-06);
INSERT INTO metric VALUES(4,2,'',-1,2.4940000000000001772e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(4,3,'',-1,3.5620000000000003703e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(4,4,'',-1,1.7639365067938247024e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(4,5,'',-1,3084040.0925212027504,'finite',3,1429081.8149339049123,3207698.4763432233593);
INSERT INTO metric VALUES(4,6,'',-1,1430994602.929837942,'finite',3,663093962.12933182715,1488372093.023255825);
INSERT INTO metric VALUES(4,7,'',-1,9707520.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(4,8,'',-1,32.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(5,1,'',-1,3.7560000000000001222e-06,'finite',3,3.0450000000000000688e-06,1.2659000000000000263e-05);
INSERT INTO metric VALUES(5,2,'',-1,3.0450000000000000688e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(5,3,'',-1,6.4866666666666666766e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(5,4,'',-1,5.3572058326457212872e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(5,5,'',-1,2129925.4526091585867,'finite',3,631961.45035152859054,2627257.7996715926564);
INSERT INTO metric VALUES(5,6,'',-1,1022364217.2523961067,'finite',3,303341496.168733716,1261083743.8423645496);
INSERT INTO metric VALUES(5,7,'',-1,9715712.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(5,8,'',-1,60.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(6,1,'',-1,2.4940000000000001772e-06,'finite',3,2.0530000000000000795e-06,6.2390000000000007435e-06);
INSERT INTO metric VALUES(6,2,'',-1,2.0530000000000000795e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(6,3,'',-1,3.5953333333333339493e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(6,4,'',-1,2.3000761581594064385e-06,'finite',3,NULL,NULL);
INSERT INTO metric VALUES(6,5,'',-1,3207698.4763432233593,'finite',3,1282256.7719185764435,3896736.4831953239627);
INSERT INTO metric VALUES(6,6,'',-1,898155573.37610256675,'finite',3,359031896.1372014284,1091086215.2946906089);
INSERT INTO metric VALUES(6,7,'',-1,9605120.0,'finite',1,NULL,NULL);
INSERT INTO metric VALUES(6,8,'',-1,64.0,'finite',1,NULL,NULL);
CREATE TABLE sample(                                                     -- raw timings
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, phase TEXT NOT NULL CHECK(phase IN('first','warmup','measure')),
  cache TEXT NOT NULL CHECK(cache IN('cold','hot')), round INTEGER NOT NULL, idx INTEGER NOT NULL,
  clock TEXT NOT NULL CHECK(clock IN('wall','cuda_event','cpu')), inner_iters INTEGER NOT NULL CHECK(inner_iters>0),
  total_ns INTEGER NOT NULL CHECK(total_ns>=0), sm_mhz INTEGER, discarded TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(attempt_id,phase,cache,round,idx,clock)) STRICT, WITHOUT ROWID;
INSERT INTO sample VALUES(1,'first','cold',0,0,'wall',1,7331,NULL,'');
INSERT INTO sample VALUES(1,'measure','hot',0,0,'wall',1,3786,NULL,'');
INSERT INTO sample VALUES(1,'measure','hot',0,1,'wall',1,2553,NULL,'');
INSERT INTO sample VALUES(1,'measure','hot',0,2,'wall',1,2524,NULL,'');
INSERT INTO sample VALUES(1,'warmup','hot',0,0,'wall',53507,150001840,NULL,'');
INSERT INTO sample VALUES(2,'first','cold',0,0,'wall',1,7091,NULL,'');
INSERT INTO sample VALUES(2,'measure','hot',0,0,'wall',1,7702,NULL,'');
INSERT INTO sample VALUES(2,'measure','hot',0,1,'wall',1,3224,NULL,'');
INSERT INTO sample VALUES(2,'measure','hot',0,2,'wall',1,3054,NULL,'');
INSERT INTO sample VALUES(2,'warmup','hot',0,0,'wall',25133,150001003,NULL,'');
INSERT INTO sample VALUES(3,'first','cold',0,0,'wall',1,4276,NULL,'');
INSERT INTO sample VALUES(3,'measure','hot',0,0,'wall',1,12439,NULL,'');
INSERT INTO sample VALUES(3,'measure','hot',0,1,'wall',1,2974,NULL,'');
INSERT INTO sample VALUES(3,'measure','hot',0,2,'wall',1,2253,NULL,'');
INSERT INTO sample VALUES(3,'warmup','hot',0,0,'wall',48394,150514471,NULL,'');
INSERT INTO sample VALUES(4,'first','cold',0,0,'wall',1,12078,NULL,'');
INSERT INTO sample VALUES(4,'measure','hot',0,0,'wall',1,5598,NULL,'');
INSERT INTO sample VALUES(4,'measure','hot',0,1,'wall',1,2594,NULL,'');
INSERT INTO sample VALUES(4,'measure','hot',0,2,'wall',1,2494,NULL,'');
INSERT INTO sample VALUES(4,'warmup','hot',0,0,'wall',43953,150000117,NULL,'');
INSERT INTO sample VALUES(5,'first','cold',0,0,'wall',1,8603,NULL,'');
INSERT INTO sample VALUES(5,'measure','hot',0,0,'wall',1,12659,NULL,'');
INSERT INTO sample VALUES(5,'measure','hot',0,1,'wall',1,3756,NULL,'');
INSERT INTO sample VALUES(5,'measure','hot',0,2,'wall',1,3045,NULL,'');
INSERT INTO sample VALUES(5,'warmup','hot',0,0,'wall',27977,150001130,NULL,'');
INSERT INTO sample VALUES(6,'first','cold',0,0,'wall',1,5438,NULL,'');
INSERT INTO sample VALUES(6,'measure','hot',0,0,'wall',1,6239,NULL,'');
INSERT INTO sample VALUES(6,'measure','hot',0,1,'wall',1,2494,NULL,'');
INSERT INTO sample VALUES(6,'measure','hot',0,2,'wall',1,2053,NULL,'');
INSERT INTO sample VALUES(6,'warmup','hot',0,0,'wall',47148,150749684,NULL,'');
CREATE TABLE example_score(                                              -- optional; paired tests need it
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, metric_id INTEGER NOT NULL REFERENCES metric_def,
  split TEXT NOT NULL, example INTEGER NOT NULL, value REAL NOT NULL,
  PRIMARY KEY(attempt_id,metric_id,split,example)) STRICT, WITHOUT ROWID;
CREATE TABLE check_result(
  attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, ref_backend TEXT NOT NULL, ref_dtype TEXT NOT NULL,
  tensor TEXT NOT NULL, measure TEXT NOT NULL, value REAL, tol REAL NOT NULL, passed INTEGER NOT NULL CHECK(passed IN(0,1)),
  input_seed INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(attempt_id,ref_backend,tensor,measure)) STRICT, WITHOUT ROWID;
INSERT INTO check_result VALUES(1,'reference','f64','grad.term0.lhs','rel_norm',1.921763177456986618e-07,1.2767343162043815965e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(1,'reference','f64','grad.term0.rhs','rel_norm',9.5817119136343464206e-08,1.1917027556495881893e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(1,'reference','f64','grad.value','rel_norm',9.2329474161431289184e-08,1.2104939559060240096e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(1,'reference','f64','guards','overwritten',0.0,0.0,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(1,'reference','f64','lse','rel_norm',3.4376330602426556572e-08,1.0823053667537042962e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(1,'reference','f64','out','rel_norm',1.6366621629634603787e-07,1.4213942742352723383e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(2,'reference','f64','grad.term0.lhs','rel_norm',2.7349450651708040421e-07,1.6987021952977625268e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(2,'reference','f64','grad.term0.rhs','rel_norm',2.0664488540024108181e-07,1.3829253952091172218e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(2,'reference','f64','grad.term1.lhs','rel_norm',2.2439371159363163392e-07,1.3882931658225212882e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(2,'reference','f64','grad.value','rel_norm',1.8376589931254399734e-07,1.280888856829187349e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(2,'reference','f64','guards','overwritten',0.0,0.0,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(2,'reference','f64','lse','rel_norm',2.4789184211931968148e-08,1.0495783684238639307e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(2,'reference','f64','out','rel_norm',1.2063125889040018667e-07,1.2434423493314160602e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(3,'reference','f64','grad.term0.lhs','rel_norm',1.707790519724640708e-07,1.1003865648266538096e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(3,'reference','f64','grad.value','rel_norm',1.0938088656729497143e-07,1.1653621680144612647e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(3,'reference','f64','guards','overwritten',0.0,0.0,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(3,'reference','f64','lse','rel_norm',4.0076920294462113356e-08,1.0801538405889241152e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(3,'reference','f64','out','rel_norm',6.5433073518166106783e-08,1.1334053292165384465e-06,1,0,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(4,'reference','f64','grad.term0.lhs','rel_norm',1.5460041387393226251e-07,1.3572888870119151449e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(4,'reference','f64','grad.term0.rhs','rel_norm',1.4256802377444223748e-07,1.2613924802633668335e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(4,'reference','f64','grad.value','rel_norm',1.091554917123798232e-07,1.1398420595677281466e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(4,'reference','f64','guards','overwritten',0.0,0.0,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(4,'reference','f64','lse','rel_norm',4.1931378575297387533e-08,1.058336702425681318e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(4,'reference','f64','out','rel_norm',8.0524625979179038108e-08,1.1741460061852710196e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(5,'reference','f64','grad.term0.lhs','rel_norm',1.1368159006361355751e-07,1.3190415997993068904e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(5,'reference','f64','grad.term0.rhs','rel_norm',1.4708576766588809533e-07,1.5372571098225668612e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(5,'reference','f64','grad.term1.lhs','rel_norm',8.5014047847527000273e-08,1.1779668994807266473e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(5,'reference','f64','grad.value','rel_norm',1.2755930742743269027e-07,1.178268717331549375e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(5,'reference','f64','guards','overwritten',0.0,0.0,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(5,'reference','f64','lse','rel_norm',3.6773534156158073625e-08,1.0792950153477195241e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(5,'reference','f64','out','rel_norm',8.9219884477708784912e-08,1.1976926302054325262e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(6,'reference','f64','grad.term0.lhs','rel_norm',1.1306702824388385218e-07,1.2717275239321112999e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(6,'reference','f64','grad.value','rel_norm',6.715773349488595684e-08,1.1931212134881840895e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(6,'reference','f64','guards','overwritten',0.0,0.0,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(6,'reference','f64','lse','rel_norm',3.2889803107468316431e-08,1.0657796062149366802e-06,1,1,'kernel naive on B1 H1 N8');
INSERT INTO check_result VALUES(6,'reference','f64','out','rel_norm',6.9792337569507947744e-08,1.167523668723305289e-06,1,1,'kernel naive on B1 H1 N8');
CREATE TABLE artifact(attempt_id INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE, name TEXT NOT NULL,
  path TEXT NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY(attempt_id,name)) STRICT, WITHOUT ROWID;
CREATE TABLE noise_floor(env_id INTEGER NOT NULL REFERENCES env ON DELETE CASCADE, backend TEXT NOT NULL, bucket TEXT NOT NULL,
  pairs INTEGER NOT NULL, rel_p95 REAL NOT NULL, measured_at TEXT NOT NULL, PRIMARY KEY(env_id,backend,bucket)) STRICT, WITHOUT ROWID;
CREATE TABLE paper_value(paper TEXT NOT NULL, tbl TEXT NOT NULL, row_label TEXT NOT NULL, col_label TEXT NOT NULL,
  metric TEXT NOT NULL, value REAL NOT NULL, note TEXT NOT NULL DEFAULT '', PRIMARY KEY(paper,tbl,row_label,col_label)) STRICT, WITHOUT ROWID;
CREATE TABLE baseline(name TEXT PRIMARY KEY, sweep_id INTEGER NOT NULL REFERENCES sweep, build_id INTEGER REFERENCES build,
  env_id INTEGER REFERENCES env, filter TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO baseline VALUES('old',1,1,1,'','2026-11-24T18:31:57.845Z');
CREATE TABLE tag(sweep_id INTEGER NOT NULL REFERENCES sweep ON DELETE CASCADE, tag TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
  PRIMARY KEY(sweep_id,tag)) STRICT, WITHOUT ROWID;
CREATE TABLE saved_query(name TEXT PRIMARY KEY, sql TEXT NOT NULL, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE migration(version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL, tool_version TEXT NOT NULL) STRICT;
INSERT INTO migration VALUES(1,'2026-11-24T18:31:17.263Z','0.1.0');
CREATE INDEX config_axes ON config(kind,variant,backend,seq_len,rank);
CREATE INDEX config_param_by_path ON config_param(path,text_value);
CREATE INDEX cell_todo   ON cell(sweep_id,state,ordinal);
CREATE INDEX cell_reuse  ON cell(config_id,seed) WHERE state='done';
CREATE INDEX cell_result ON cell(result_attempt_id);
CREATE UNIQUE INDEX attempt_one_running ON attempt(cell_id) WHERE outcome='running';
CREATE INDEX attempt_by_where ON attempt(build_id,env_id);
CREATE INDEX metric_by_name ON metric(metric_id,split,step);
CREATE VIEW v_result AS          -- long form: one row per cell x metric; cells without a result still appear once
  SELECT s.name sweep, c.kind, c.variant, c.backend, c.dtype, c.task, c.seq_len, c.rank, a.kernel, a.kernel_label, c.params, ce.seed, ce.state, ce.reason,
         d.name metric, d.signature, d.unit, d.better, m.split, m.step, m.value, m.value_kind, m.ci_lo, m.ci_hi,
         ce.cell_id, c.config_id, a.attempt_id, a.build_id, a.env_id, a.noisy
  FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
  LEFT JOIN attempt a ON a.attempt_id=ce.result_attempt_id
  LEFT JOIN metric m ON m.attempt_id=a.attempt_id LEFT JOIN metric_def d ON d.metric_id=m.metric_id
;
CREATE VIEW v_seed AS            -- over seeds, machines and builds kept apart. sd is shifted by one member (v0):
  SELECT sweep, config_id, kind, variant, backend, dtype, task, seq_len, rank, kernel, env_id, build_id,   -- against cancellation
         metric, signature, unit, better, split, count(value) n, avg(value) mean,
         CASE WHEN count(value)>1 THEN sqrt(max(0,(sum((value-v0)*(value-v0))
              -sum(value-v0)*sum(value-v0)/count(value))/(count(value)-1))) END sd,
         min(value) lo, max(value) hi, sum(value_kind<>'finite') n_nonfinite, sum(noisy) n_noisy
  FROM (SELECT s.name sweep, c.*, a.kernel, a.env_id, a.build_id, a.noisy, d.name metric, d.signature, d.unit, d.better,
               m.split, m.value, m.value_kind,
               (SELECT m0.value FROM cell e0 JOIN metric m0 ON m0.attempt_id=e0.result_attempt_id
                 WHERE e0.sweep_id=ce.sweep_id AND e0.config_id=ce.config_id AND m0.metric_id=m.metric_id
                   AND m0.split=m.split AND m0.step=-1 AND m0.value IS NOT NULL LIMIT 1) v0
        FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
        JOIN attempt a ON a.attempt_id=ce.result_attempt_id
        JOIN metric m ON m.attempt_id=a.attempt_id JOIN metric_def d ON d.metric_id=m.metric_id
        WHERE m.step=-1)
  GROUP BY sweep, config_id, env_id, build_id, metric, signature, split
;
CREATE VIEW v_gaps AS            -- printed under every table
  SELECT s.name sweep, c.variant, c.backend, ce.state, count(*) cells, group_concat(DISTINCT nullif(ce.reason,'')) reasons
  FROM cell ce JOIN sweep s USING(sweep_id) JOIN config c USING(config_id)
  WHERE ce.state NOT IN('done','reused') GROUP BY 1,2,3,4
;
COMMIT;
