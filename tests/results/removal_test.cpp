// What goes, what must not, and what the rest is then.
#include "results/removal.h"

#include "results/reference_rows.h"
#include "results/words_of_sweeps.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

class Removing : public testing::Test {
 protected:
  Removing() : sweep(path, some_cells()) {
    sweep.finish_all([](const auto&) { return timed({{1e-3, 2e-3}}); });
  }
  Removal remove(const std::vector<std::string>& ids) {
    return remove_results(*sweep.store, ids, [](const Removal&) {});
  }
  std::string refusal(const std::vector<std::string>& ids) {
    const Json before = sweep.store->select("SELECT * FROM cell");
    const std::string error = user_error([&] { remove(ids); });
    EXPECT_EQ(Json(sweep.store->select("SELECT * FROM cell")), before) << "a refusal changes nothing";
    EXPECT_EQ(error, user_error([&] { removal_of(*sweep.store, ids); })) << "a dry run says the same";
    return error;
  }
  std::int64_t rows(const std::string& table) { return count(*sweep.store, "SELECT count(*) FROM " + table); }

  TempFolder folder;
  std::string path = folder / "r.db";
  Sweep sweep;
};

TEST_F(Removing, ASweepTakesAllThatBelongsToItAndNothingElse) {
  Sweep other(path, some_cells({256}, {0, 1, 2}), "other");
  other.finish_all([](const auto&) { return timed({{1e-3}}); });
  add_tag(*other.store, other.id, "draft");
  const Removal dry = removal_of(*sweep.store, {"s2"});
  EXPECT_EQ(rows("cell"), 7);
  const Removal gone = remove({"s2"});
  EXPECT_EQ(gone.cells, dry.cells);
  EXPECT_EQ(gone.cells.size(), 3u);
  EXPECT_EQ(gone.uids.size(), 3u);
  EXPECT_EQ(gone.samples, 3);
  EXPECT_EQ(rows("cell"), 4);
  EXPECT_EQ(rows("attempt"), 4);
  EXPECT_EQ(rows("sample"), 8);
  EXPECT_EQ(rows("tag"), 0);
  EXPECT_EQ(sweep.state(1), "done");
  expect_healthy(*sweep.store);
}

TEST_F(Removing, AnAttemptTakesTheArtifactsThatItAloneNames) {
  sweep.store->reopen(sweep.id, {});
  const auto claimed = sweep.claim(1);
  AttemptResult result = timed({{1e-3}});
  result.artifacts = {{"weights", "r.db.artifacts/c1/both", "00", 1}, {"maps", "r.db.artifacts/c1/own", "00", 1}};
  ASSERT_TRUE(sweep.store->finish(*claimed, "me", result));
  sweep.store->reopen(sweep.id, {});
  const auto again = sweep.claim(1);
  result.artifacts.pop_back();
  ASSERT_TRUE(sweep.store->finish(*again, "me", result));
  EXPECT_EQ(removal_of(*sweep.store, {"a5"}).artifacts, std::vector<std::string>{"r.db.artifacts/c1/own"});
  EXPECT_TRUE(removal_of(*sweep.store, {"a6"}).artifacts.empty());
  EXPECT_EQ(removal_of(*sweep.store, {"a5", "a6"}).artifacts.size(), 2u);
}

TEST_F(Removing, ACellThatLosesItsResultTakesWhatIsLeft) {
  sweep.store->reopen(sweep.id, {});
  sweep.finish_all([](const auto&) { return ended("crashed", "SIGSEGV"); });
  sweep.store->reopen(sweep.id, {});
  sweep.finish_all([](const auto&) { return timed({{3e-3}}); });
  remove({"a9"});
  EXPECT_EQ(sweep.state(1), "done") << "by the attempt of the first round";
  EXPECT_EQ(sweep.store->results(sweep.id)[0].attempt_id, 1);
  remove({"a1"});
  EXPECT_EQ(sweep.state(1), "crashed");
  remove({"a5"});
  EXPECT_EQ(sweep.state(1), "pending");
  EXPECT_TRUE(sweep.claim(1)) << "and can be tried again";
  expect_healthy(*sweep.store);
}

TEST_F(Removing, ACellThatWaitsToBeTriedAgainGoesOnWaiting) {
  sweep.store->reopen(sweep.id, {});
  sweep.finish_all([](const auto&) { return ended("crashed", "SIGSEGV"); });
  sweep.store->reopen(sweep.id, {"crashed"});
  remove({"a5"});
  EXPECT_EQ(sweep.state(1), "pending") << "although a1 came to its end";
}

TEST_F(Removing, CellsAndAttemptsMayOverlap) {
  const Removal gone = remove({"c2", "a2", "c2", "a3"});
  EXPECT_EQ(gone.cells, std::vector<std::int64_t>{2});
  EXPECT_EQ(gone.attempts, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(gone.bereft, std::vector<std::int64_t>{3});
  EXPECT_EQ(sweep.state(3), "pending");
  expect_healthy(*sweep.store);
}

TEST_F(Removing, WhatAnotherSweepReusesStays) {
  Sweep other(path, some_cells({64}, {0}), "other");
  ASSERT_EQ(other.store->reuse(other.id, {Reuse::automatic, sha_of(a_build()), sha_of(a_machine()), Json::object()}).cells, 1);
  for (const char* id : {"s1", "c1", "a1"}) {
    const std::string error = refusal({id});
    EXPECT_TRUE(has(error, "other") && has(error, "s2")) << error;
  }
  remove({"s1", "s2"});
  EXPECT_EQ(rows("cell"), 0) << "both at once";
  expect_healthy(*sweep.store);
}

TEST_F(Removing, WhatABaselineNamesStays) {
  save_baseline(*sweep.store, "nightly", std::nullopt);
  for (const char* id : {"s1", "c1", "a1"}) EXPECT_TRUE(has(refusal({id}), "nightly") && has(refusal({id}), id)) << id;
  remove_baseline(*sweep.store, "nightly");
  remove({"s1"});
  EXPECT_EQ(rows("sweep"), 0);
}

TEST_F(Removing, ABaselineHoldsWhatItsBuildMeasuredAndNoMore) {
  Sweep other(path, some_cells({256}, {0, 1}), "other");
  ASSERT_TRUE(other.store->finish(*other.claim(5), "me", timed({{1e-3}})));
  save_baseline(*other.store, "nightly", other.id);
  other.store->reopen(other.id, {});
  other.build = other.store->build_id(a_build("edited"));
  other.finish_all([](const auto&) { return timed({{2e-3}}); });
  for (const char* id : {"s2", "c5", "a5"}) EXPECT_TRUE(has(refusal({id}), "nightly")) << id;
  remove({"a6", "c6"});
  EXPECT_EQ(other.state(5), "done") << "by what the baseline holds";
  EXPECT_EQ(rows("attempt"), 5);
  expect_healthy(*sweep.store);
}

TEST_F(Removing, ABaselineHoldsNothingThatWasMeasuredAfterIt) {
  save_baseline(*sweep.store, "nightly", std::nullopt);
  sweep.store->reopen(sweep.id, {});
  sweep.finish_all([](const auto&) { return timed({{2e-3}}); });
  EXPECT_TRUE(has(refusal({"a1"}), "nightly"));
  EXPECT_TRUE(has(refusal({"c1"}), "nightly")) << "it has the baseline's attempt too";
  remove({"a5"});
  EXPECT_EQ(sweep.state(1), "done") << "by what the baseline holds";
  expect_healthy(*sweep.store);
}

TEST_F(Removing, ABaselineHoldsTheCellsThatItsSweepReuses) {
  Sweep other(path, some_cells({64}, {0}), "other");
  ASSERT_EQ(other.store->reuse(other.id, {Reuse::automatic, sha_of(a_build()), sha_of(a_machine()), Json::object()}).cells, 1);
  save_baseline(*other.store, "last night", other.id);
  EXPECT_EQ(refusal({"c5"}), "c5 is part of s2, what baseline 'last night' names: synthbench baseline rm 'last night'");
  remove_baseline(*other.store, "last night");
  EXPECT_EQ(remove({"c5"}).cells, std::vector<std::int64_t>{5});
  EXPECT_EQ(rows("attempt"), 4) << "what it reused stays";
}

TEST_F(Removing, WhatRunsStaysAndWhatIsDeadGoes) {
  sweep.store->reopen(sweep.id, {});
  ASSERT_TRUE(sweep.claim(1));
  for (const char* id : {"s1", "c1", "a1", "a5"}) EXPECT_TRUE(has(refusal({id}), "c1")) << id;
  sweep.store->heartbeat("me", -1);
  remove({"a5"});
  EXPECT_EQ(sweep.state(1), "done") << "by the attempt before it";
  expect_healthy(*sweep.store);
}

TEST_F(Removing, AnIdThatIsNotThereIsNamed) {
  for (const char* id : {"s9", "c99", "a999"}) EXPECT_TRUE(has(refusal({"c1", id}), id));
  EXPECT_TRUE(has(refusal({"quickstart"}), "s1 is a sweep"));
}

TEST_F(Removing, GarbageIsWhatNothingNeeds) {
  EXPECT_EQ(garbage_of(*sweep.store).configs, 0);
  remove({"s1"});
  const Garbage dry = garbage_of(*sweep.store);
  EXPECT_EQ(dry.configs, 2);
  EXPECT_EQ(dry.metric_defs, 3);
  EXPECT_EQ(rows("config"), 2) << "looking changes nothing";
  const Garbage gone = collect_garbage(*sweep.store, nullptr);
  EXPECT_EQ(gone.configs, 2);
  EXPECT_EQ(gone.metric_defs, 3);
  EXPECT_EQ(rows("config") + rows("config_param") + rows("metric_def"), 0);
  EXPECT_EQ(rows("build"), 1) << "a run that has just begun may hold its number";
  expect_healthy(*sweep.store);
}

TEST_F(Removing, TagsAndNotesAreWords) {
  const std::string words = "first, \"quick\" look\nsecond line; DROP TABLE tag; --";
  add_tag(*sweep.store, sweep.id, "draft");
  add_tag(*sweep.store, sweep.id, "draft");
  set_note(*sweep.store, sweep.id, "an earlier note");
  set_note(*sweep.store, sweep.id, words);
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM tag WHERE tag='draft'"), 1);
  EXPECT_EQ(sweep.store->select("SELECT note FROM tag WHERE tag=''").at(0)["note"], words);
  EXPECT_TRUE(has(user_error([&] { add_tag(*sweep.store, sweep.id, " "); }), "word"));
  EXPECT_TRUE(has(user_error([&] { remove_tag(*sweep.store, sweep.id, "drafts"); }), "'draft'"));
  remove_tag(*sweep.store, sweep.id, "draft");
  set_note(*sweep.store, sweep.id, "");
  EXPECT_EQ(rows("tag"), 0);
}

}  // namespace
}  // namespace synthbench
