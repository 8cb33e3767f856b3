// Small sweeps with made-up results, in a folder that goes away.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "results/store.h"

namespace synthbench {

/// Where writing and syncing cost nothing, for tests that do both thousands of times.
inline std::filesystem::path fast_folder() {
  return std::filesystem::is_directory("/dev/shm") ? std::filesystem::path("/dev/shm") : std::filesystem::temp_directory_path();
}

class TempFolder {
 public:
  explicit TempFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "synthbench-results-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) out.push_back(entry.path().filename().string());
    return out;
  }

 private:
  std::filesystem::path path_;
};

inline BuildRow a_build(const std::string& source = "0123abcd") {
  BuildRow build;
  build.source_sha = source;
  build.compiler = "g++ 12.2";
  build.build_type = "Release";
  build.flags = "-O2";
  build.tool_version = "0.1.0";
  build.git_sha = "c0ffee0123456789";
  build.libs = {{"eigen", "3.4.0"}};
  return build;
}

inline EnvRow a_machine(const std::string& host = "bench-1") {
  EnvRow env;
  env.host = host;
  env.os = "Debian 12";
  env.cpu = "Testron 7";
  env.cores = 2;
  env.ram_bytes = std::int64_t{16} << 30;
  return env;
}

inline CellRow a_cell(Json config, std::int64_t seed, std::int64_t ordinal) {
  config.emplace("kind", "speed");
  config.emplace("variant", "vanilla");
  config.emplace("backend", "eigen");
  config.emplace("dtype", "f32");
  config.emplace("seq_len", 128);
  config.emplace("batch", 3);
  CellRow cell;
  cell.config_sha = sha256(config.dump());
  cell.config = std::move(config);
  cell.seed = seed;
  cell.ordinal = ordinal;
  cell.params = 4096;
  cell.flops = 123456;
  return cell;
}

/// Speed cells of one variant over lengths and seeds.
inline std::vector<CellRow> some_cells(const std::vector<std::int64_t>& lengths = {64, 128},
                                       const std::vector<std::int64_t>& seeds = {0, 1}) {
  std::vector<CellRow> cells;
  for (const std::int64_t length : lengths) {
    for (const std::int64_t seed : seeds) {
      cells.push_back(a_cell({{"seq_len", length}}, seed, static_cast<std::int64_t>(cells.size()) + 1));
    }
  }
  return cells;
}

/// A finished speed attempt: `launches` lists of seconds per call, a median metric, one passed check.
inline AttemptResult timed(const std::vector<std::vector<double>>& launches) {
  AttemptResult result;
  result.outcome = "done";
  result.kernel = "fused";
  result.kernel_label = "optimised";
  result.exit_code = 0;
  result.peak_rss_bytes = 50'000'000;
  std::vector<double> all;
  for (std::size_t launch = 0; launch < launches.size(); ++launch) {
    for (std::size_t index = 0; index < launches[launch].size(); ++index) {
      SampleRow sample{.phase = "measure", .cache = "hot", .clock = "wall"};
      sample.round = static_cast<std::int64_t>(launch);
      sample.idx = static_cast<std::int64_t>(index);
      sample.total_ns = static_cast<std::int64_t>(launches[launch][index] * 1e9 + 0.5);
      result.samples.push_back(sample);
      all.push_back(launches[launch][index]);
    }
  }
  std::sort(all.begin(), all.end());
  const double median = (all[all.size() / 2] + all[(all.size() - 1) / 2]) / 2;
  const auto metric = [&](const char* name, const char* unit, const char* better, double value) {
    MetricRow row{.name = name, .unit = unit, .better = better};
    row.value = value;
    row.n = static_cast<std::int64_t>(all.size());
    result.metrics.push_back(row);
  };
  metric("median", "s", "lower", median);
  metric("min", "s", "lower", all.front());
  metric("peak_rss", "B", "lower", 50e6);
  CheckRow check{.ref_backend = "reference", .ref_dtype = "f64", .tensor = "out", .measure = "rel_norm"};
  check.value = 1e-7;
  check.tol = 1e-6;
  check.passed = true;
  result.checks.push_back(check);
  return result;
}

inline AttemptResult ended(const std::string& outcome, const std::string& reason) {
  AttemptResult result;
  result.outcome = outcome;
  result.reason = reason;
  return result;
}

/// A database with one sweep, to claim and finish cells in.
struct Sweep {
  std::unique_ptr<Store> store;
  std::int64_t build = 0, env = 0, id = 0;

  Sweep(const std::string& path, const std::vector<CellRow>& cells, const std::string& name = "test", const BuildRow& built = a_build(),
        const EnvRow& machine = a_machine())
      : store(Store::open_to_write(path)), build(store->build_id(built)), env(store->env_id(machine)) {
    Json identity = Json::array();
    for (const CellRow& cell : cells) identity.push_back({cell.config_sha, cell.seed});
    id = store->add_sweep({name, "", sha256(identity.dump()), Json::array({"synthbench", "run"})}, cells);
  }
  std::optional<ClaimedCell> claim(std::int64_t cell, double lease_s = 60, const std::string& owner = "me") {
    return store->claim(cell, owner, lease_s, build, env, "synthbench bench");
  }
  /// Claims and finishes every pending cell with what `result` gives for it.
  template <typename MakeResult>
  void finish_all(MakeResult result) {
    for (const Store::CellState& cell : store->cells(id)) {
      if (cell.state != "pending") continue;
      const auto claimed = claim(cell.cell_id);
      ASSERT_TRUE(claimed);
      ASSERT_TRUE(store->finish(*claimed, "me", result(cell)));
    }
  }
  std::string state(std::int64_t cell) {
    for (const Store::CellState& row : store->cells(id)) {
      if (row.cell_id == cell) return row.state;
    }
    return "absent";
  }
};

inline std::int64_t count(Store& store, const std::string& sql) { return store.select(sql).at(0).begin().value().get<std::int64_t>(); }

/// The file is sound and its references hold.
inline void expect_healthy(Store& store) {
  EXPECT_EQ(store.select("PRAGMA integrity_check").at(0).begin().value(), "ok");
  EXPECT_TRUE(store.select("PRAGMA foreign_key_check").empty());
}

/// The text of the UserError that doing this throws; "" and a failure when it does not.
template <typename Action>
std::string user_error(Action action) {
  try {
    action();
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "more than one line: " << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no UserError";
  return "";
}

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace synthbench
