// A run with real workers on a disk that fails: the run ends in one line, its workers end with it, and the same run goes on.
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "results/sqlite.h"
#include "tests/harness/scene.h"
#include "tests/results/failing_vfs.h"

namespace synthbench {
namespace {

class BadDisk : public Scene {
 protected:
  /// The line of the error, "" when all went well.
  std::string line_of_run(const Plan& plan) {
    try {
      const auto store = Store::open_to_write(options.db_path);
      run_plan(plan, *store, options, events);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }
  /// As if the first run's process had gone: it is this one, which lives.
  void end_leases() const {
    const Connection database(options.db_path, Connection::Mode::write, 1);
    if (database.integer("SELECT count(*) FROM sqlite_master WHERE name='cell'") == 0) return;
    database.execute("UPDATE cell SET lease_until=0 WHERE state='running'");
  }
  FailingVfs disk_;
};

TEST_F(BadDisk, WhatWasToldAsFinishedIsKeptAndTheSameRunGoesOn) {
  const auto plan = tiny_plan({{"variant", "vanilla,dense"}});
  std::int64_t told = 0;
  events.finished = [&](const CellNews& news) { told += news.state == "done"; };
  int lines = 0;
  bool struck = true;
  for (std::int64_t nth = 1; struck && !HasFailure(); nth += 3) {
    SCOPED_TRACE("at write " + std::to_string(nth));
    options.db_path = folder() + "/" + std::to_string(nth) + ".db";
    told = 0;
    disk_.arm(nth % 2 == 0 ? IoFault::write_error : IoFault::disk_full, nth, true);
    const std::string line = line_of_run(*plan);
    struck = disk_.struck();
    disk_.disarm();
    end_leases();
    EXPECT_TRUE(!line.empty() || told == 2);
    lines += !line.empty();
    const std::int64_t before = told;
    EXPECT_EQ(line_of_run(*plan), "");
    const auto store = Store::open_to_read(options.db_path);
    EXPECT_EQ(told, 2) << before << " of them told before the disk failed";
    EXPECT_EQ(store->select("SELECT count(*) AS n FROM attempt WHERE outcome='done'").front().at("n"), 2);
    EXPECT_EQ(store->select("SELECT count(*) AS n FROM cell WHERE state='done'").front().at("n"), 2);
    EXPECT_EQ(store->select("PRAGMA integrity_check").front().begin().value(), "ok");
  }
  EXPECT_GT(lines, 10);
}

}  // namespace
}  // namespace synthbench
