// A whole small sweep on a disk that fails at its n-th write, fsync or read, for every n: one clear line, and afterwards a sound
// file that has everything that was reported as finished.
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <tuple>

#include "tests/results/failing_vfs.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

struct Attempted {
  std::set<std::int64_t> finished;  ///< cells that the store said it has
  std::string line;                 ///< of the error that ended it; empty: none
};

/// Opens, plans, claims and finishes what is open, checkpoints, closes: all that `run` asks of the store.
Attempted try_sweep(const std::string& path) {
  Attempted attempted;
  try {
    Sweep sweep(path, some_cells({64}, {0, 1}));
    for (const Store::CellState& cell : sweep.store->cells(sweep.id)) {
      const auto claimed = sweep.claim(cell.cell_id, 0);
      if (!claimed) continue;
      sweep.store->heartbeat("me", 0);
      if (sweep.store->finish(*claimed, "me", timed({std::vector<double>(40, 0.001)}))) attempted.finished.insert(cell.cell_id);
    }
    sweep.store->checkpoint();
  } catch (const UserError& error) {
    attempted.line = error.what();
  }
  return attempted;
}

class IoFaults : public testing::TestWithParam<std::tuple<IoFault, bool>> {
 protected:
  void expect_kept(const std::string& path, const std::set<std::int64_t>& finished) {
    if (!std::filesystem::exists(path)) {
      EXPECT_TRUE(finished.empty());
      return;
    }
    const auto store = Store::open_to_write(path);
    expect_healthy(*store);
    for (const std::int64_t cell : finished) {
      EXPECT_EQ(count(*store, "SELECT count(*) FROM cell JOIN sample ON attempt_id=result_attempt_id WHERE state='done' AND cell_id=" +
                                  std::to_string(cell)),
                40);
    }
  }
  void expect_whole(const std::string& path) {
    const auto store = Store::open_to_read(path);
    expect_healthy(*store);
    EXPECT_EQ(count(*store, "SELECT count(*) FROM cell WHERE state='done' AND result_attempt_id IS NOT NULL"), 2);
    EXPECT_EQ(count(*store, "SELECT count(*) FROM attempt WHERE outcome='done'"), 2);
    EXPECT_EQ(count(*store, "SELECT count(*) FROM attempt WHERE outcome='running'"), 0);
  }
  FailingVfs disk_;
};

TEST_P(IoFaults, AtEveryPlaceAreOneLineAndLoseNothing) {
  const auto [fault, from_then_on] = GetParam();
  std::int64_t nth = 1;
  for (bool struck = true; struck && !HasFailure(); ++nth) {
    SCOPED_TRACE("at call " + std::to_string(nth));
    TempFolder folder(fast_folder());
    const std::string path = folder / "r.db";
    disk_.arm(fault, nth, from_then_on);
    const Attempted first = try_sweep(path);
    struck = disk_.struck();
    disk_.disarm();
    EXPECT_EQ(first.line.find('\n'), std::string::npos) << first.line;
    EXPECT_TRUE(first.line.empty() || has(first.line, path)) << first.line;
    EXPECT_TRUE(!first.line.empty() || first.finished.size() == 2) << "no word about " << first.finished.size();
    expect_kept(path, first.finished);
    const Attempted second = try_sweep(path);
    EXPECT_EQ(second.line, "");
    expect_whole(path);
  }
  EXPECT_GT(nth, 15) << "too few calls: the disk was not asked";
}

std::string name_of(const testing::TestParamInfo<std::tuple<IoFault, bool>>& info) {
  constexpr std::array kNames = {"WriteError", "DiskFull", "ShortWrite", "SyncError", "ReadError"};
  const auto [fault, from_then_on] = info.param;
  return std::string(kNames.at(static_cast<std::size_t>(fault))) + (from_then_on ? "ForGood" : "Once");
}

constexpr std::array kFaults = {IoFault::write_error, IoFault::disk_full, IoFault::short_write, IoFault::sync_error, IoFault::read_error};

INSTANTIATE_TEST_SUITE_P(Disk, IoFaults, testing::Combine(testing::ValuesIn(kFaults), testing::Bool()), name_of);

}  // namespace
}  // namespace synthbench
