// A file that was copied while an attempt ran in it: what merging makes of that attempt, in any order.
#include "results/exchange.h"
#include "results/sqlite.h"
#include "tests/results/copies.h"

namespace synthbench {
namespace {

/// A sweep whose first attempt runs while its file is copied, and ends afterwards.
class RunningCopies : public Copies {
 protected:
  void SetUp() override {
    Sweep sweep(folder / "run.db", some_cells({64}, {0, 1}), "running");
    claimed = sweep.claim(1);
    sweep.store->checkpoint();
    for (const char* name : {"copy.db", "stale.db"}) std::filesystem::copy_file(folder / "run.db", folder / name);
    ASSERT_TRUE(sweep.store->finish(*claimed, "me", timed({{1e-3, 2e-3}})));
    sweep.store->checkpoint();
  }
  /// Each merged into the other one is the same.
  void expect_equal_either_way(const std::string& a, const std::string& b) {
    std::filesystem::copy_file(folder / a, folder / "before.db");
    const auto one = Store::open_to_write(folder / a), other = Store::open_to_write(folder / b);
    first = merge_files(*one, {folder / b});
    merge_files(*other, {folder / "before.db"});
    expect_healthy(*one);
    EXPECT_EQ(contents(*one), contents(*other));
  }
  /// The lease of the running attempt runs out in a copy, where somebody else tries the cell then.
  void expire(const std::string& copy) {
    const auto store = Store::open_to_write(folder / copy);
    store->heartbeat("me", -1);
    const auto again = store->claim(1, "you", 60, 1, 1, "synthbench bench");
    ASSERT_TRUE(again);
    ASSERT_TRUE(store->finish(*again, "you", ended("crashed", "SIGSEGV")));
    EXPECT_EQ(count(*store, "SELECT count(*) FROM attempt WHERE error_class='lease_expired'"), 1);
    store->checkpoint();
  }
  std::optional<ClaimedCell> claimed;
  Store::Imported first;
};

TEST_F(RunningCopies, AnAttemptThatRanInACopyEndsWithWhatTheOtherFileKnows) {
  std::filesystem::copy_file(folder / "run.db", folder / "run2.db");
  const auto run = Store::open_to_write(folder / "run2.db");
  EXPECT_EQ(merge_files(*run, {folder / "copy.db"}).attempts, 0) << "the copy knows nothing more";
  expect_equal_either_way("copy.db", "run.db");
  EXPECT_EQ(first.attempts, 1);
  const auto copy = Store::open_to_write(folder / "copy.db");
  EXPECT_EQ(contents(*copy), contents(*run));
  EXPECT_EQ(contents(*copy)[0][0]["state"], "done") << contents(*copy).dump();
  EXPECT_EQ(contents(*copy)[3][0]["n"], 2) << "with its samples";
  EXPECT_EQ(count(*copy, "SELECT count(*) FROM check_result"), 1);
  EXPECT_EQ(count(*copy, "SELECT count(*) FROM cell WHERE owner IS NOT NULL"), 0);
  EXPECT_EQ(merge_files(*copy, {folder / "run.db"}).attempts, 0) << "again changes nothing";
}

TEST_F(RunningCopies, ALeaseThatRanOutInACopyIsNoEnd) {
  expire("stale.db");
  expect_equal_either_way("stale.db", "run.db");
  const auto stale = Store::open_to_write(folder / "stale.db");
  EXPECT_EQ(contents(*stale)[0][0]["state"], "done") << contents(*stale).dump();
  EXPECT_EQ(contents(*stale)[2].size(), 2u);
}

TEST_F(RunningCopies, AnAttemptThatIsAliveHereGoesOnWhereverItsLeaseRanOut) {
  expire("stale.db");
  std::filesystem::copy_file(folder / "copy.db", folder / "dead.db");
  const auto alive = Store::open_to_write(folder / "copy.db"), dead = Store::open_to_write(folder / "dead.db");
  merge_files(*alive, {folder / "stale.db"});
  EXPECT_EQ(count(*alive, "SELECT count(*) FROM attempt WHERE outcome='running'"), 1);
  EXPECT_TRUE(alive->finish(*claimed, "me", timed({{1e-3, 2e-3}}))) << "and ends as if nothing had been merged";
  EXPECT_EQ(contents(*alive)[0][0]["state"], "done") << contents(*alive).dump();
  expect_healthy(*alive);
  dead->heartbeat("me", -1);
  merge_files(*dead, {folder / "stale.db"});
  EXPECT_EQ(count(*dead, "SELECT count(*) FROM attempt WHERE outcome='running'"), 0) << "here nobody kept it alive";
  EXPECT_EQ(contents(*dead)[0][0]["state"], "crashed");
  expect_healthy(*dead);
}

TEST_F(RunningCopies, ALeaseThatRanOutInTwoCopiesRanOutWhenItFirstDid) {
  expire("stale.db");
  expire("copy.db");
  const auto ended_at = [&](const char* name) {
    return Store::open_to_read(folder / name)->select("SELECT ended_at FROM attempt WHERE error_class='lease_expired'").at(0)["ended_at"];
  };
  const OrderedJson earlier = ended_at("stale.db");
  ASSERT_LT(earlier, ended_at("copy.db"));
  expect_equal_either_way("stale.db", "copy.db");
  EXPECT_EQ(ended_at("copy.db"), earlier);
}

TEST_F(RunningCopies, ScoresOfACopyInWhichTheLeaseRanOutAreUnitedWithThoseOfTheRealEnd) {
  expire("stale.db");
  score("stale.db", 27.5);
  score("run.db", 27.25);
  expect_equal_either_way("stale.db", "run.db");
  const auto stale = Store::open_to_read(folder / "stale.db");
  EXPECT_EQ(stale->select("SELECT value FROM v_result WHERE metric='bleu'").at(0)["value"], 27.5) << "the larger one";
  EXPECT_EQ(stale->select("SELECT value FROM example_score").at(0)["value"], 27.5);
  EXPECT_EQ(count(*stale, "SELECT count(*) FROM v_result WHERE metric='median'"), 1) << "with what it measured";
}

TEST_F(RunningCopies, AnEndOfWhichTheTimeIsNotKnownHasNone) {
  Connection(folder / "run.db", Connection::Mode::write, 1).execute("UPDATE attempt SET ended_at=NULL");
  const auto copy = Store::open_to_write(folder / "copy.db");
  EXPECT_EQ(merge_files(*copy, {folder / "run.db"}).attempts, 1);
  EXPECT_EQ(count(*copy, "SELECT count(*) FROM attempt WHERE ended_at IS NULL"), 1);
}

}  // namespace
}  // namespace synthbench
