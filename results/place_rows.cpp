#include "results/place_rows.h"

namespace synthbench {

std::int64_t insert_build(const Connection& database, const BuildRow& build) {
  const std::string sha = sha_of(build);
  // The same sources seen at two commits are one build: of two, clean, then the smaller git_sha stays.
  database
      .prepare(R"(INSERT INTO build(build_sha, source_sha, compiler, build_type, flags, libs_json, tool_version, git_sha,
                                    dirty, diff_sha)
                  VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                  ON CONFLICT(build_sha) DO UPDATE SET tool_version=excluded.tool_version, git_sha=excluded.git_sha,
                                                       dirty=excluded.dirty, diff_sha=excluded.diff_sha
                  WHERE (excluded.dirty, excluded.git_sha, excluded.tool_version, excluded.diff_sha)
                        < (build.dirty, build.git_sha, build.tool_version, build.diff_sha))")
      .run(sha, build.source_sha, build.compiler, build.build_type, build.flags, build.libs.dump(), build.tool_version, build.git_sha,
           build.dirty, build.diff_sha);
  Statement find = database.prepare("SELECT build_id FROM build WHERE build_sha=?");
  return find.bind(sha).step() ? find.integer(0) : 0;
}

std::int64_t insert_env(const Connection& database, const EnvRow& env) {
  const std::string sha = sha_of(env);
  database
      .prepare(R"(INSERT INTO env(env_sha, host, os, cpu, cores, ram_bytes, device, device_uuid, device_mem_bytes, driver,
                                  runtime)
                  VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(env_sha) DO NOTHING)")
      .run(sha, env.host, env.os, env.cpu, env.cores, env.ram_bytes, env.device, env.device_uuid, env.device_mem_bytes, env.driver,
           env.runtime);
  Statement find = database.prepare("SELECT env_id FROM env WHERE env_sha=?");
  return find.bind(sha).step() ? find.integer(0) : 0;
}

BuildRow stored_build(Store& store, std::int64_t id) {
  const OrderedJson row = store.select("SELECT * FROM build WHERE build_id=?1", {id}).at(0);
  BuildRow build;
  build.source_sha = row["source_sha"];
  build.compiler = row["compiler"];
  build.build_type = row["build_type"];
  build.flags = row["flags"];
  build.libs = Json::parse(row["libs_json"].get<std::string>());
  build.tool_version = row["tool_version"];
  build.git_sha = row["git_sha"];
  build.dirty = row["dirty"] != 0;
  build.diff_sha = row["diff_sha"];
  return build;
}

EnvRow stored_env(Store& store, std::int64_t id) {
  const OrderedJson row = store.select("SELECT * FROM env WHERE env_id=?1", {id}).at(0);
  EnvRow env;
  env.host = row["host"];
  env.os = row["os"];
  env.cpu = row["cpu"];
  env.cores = row["cores"];
  env.ram_bytes = row["ram_bytes"];
  env.device = row["device"];
  env.device_uuid = row["device_uuid"];
  env.device_mem_bytes = row["device_mem_bytes"];
  env.driver = row["driver"];
  env.runtime = row["runtime"];
  return env;
}

}  // namespace synthbench
