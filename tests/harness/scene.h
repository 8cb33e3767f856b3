#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/supervisor.h"
#include "tests/harness/plans.h"

namespace synthbench {

/// A database in a folder that goes away, workers of the built program with its fault backends, and a device lock of its own.
class Scene : public ::testing::Test {
 protected:
  Scene() {
    std::string pattern = (std::filesystem::temp_directory_path() / "synthbench-run-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::setenv("XDG_RUNTIME_DIR", folder_.c_str(), 1);
    ::setenv("SYNTHBENCH_FAULTS", "1", 1);
    options.db_path = folder_ + "/r.db";
    options.program_folder = SYNTHBENCH_BINARY_DIR;
    options.order = RunOptions::Order::grid;
  }
  ~Scene() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  Store& store() {
    if (!store_) store_ = Store::open_to_write(options.db_path);
    return *store_;
  }
  RunSummary run(const Plan& plan) { return run_plan(plan, store(), options, events); }

  /// State and reason of each cell, by the values of a key (the backend, the length).
  std::map<std::string, std::pair<std::string, std::string>> ends(std::int64_t sweep, const std::string& key) {
    std::map<std::string, std::pair<std::string, std::string>> out;
    for (const auto& cell : store().results(sweep)) {
      const Json& value = cell.config.at(key);
      out[value.is_string() ? value.get<std::string>() : value.dump()] = {cell.state, cell.reason};
    }
    return out;
  }
  std::int64_t count(const std::string& sql) {
    return store().select("SELECT count(*) AS n FROM " + sql).front().at("n").get<std::int64_t>();
  }
  const std::string& folder() const { return folder_; }

  RunOptions options;
  RunEvents events;

 private:
  std::string folder_;
  std::unique_ptr<Store> store_;
};

}  // namespace synthbench
