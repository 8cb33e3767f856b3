// Which earlier results count for a cell: by build, machine, seed and the way they were measured.
#include <algorithm>

#include "results/store.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

/// What a run of this build on this machine asks for.
ReuseRule here(Reuse how, const char* source = nullptr) { return {how, sha_of(source ? a_build(source) : a_build()), sha_of(a_machine())}; }

struct ReuseCase {
  const char* kind;
  Reuse how;
  bool same_build, same_machine, expected;
};

/// What `plan` would be told of this config and seed.
bool counts(Store& store, const CellRow& cell, std::int64_t seed, const ReuseRule& rule, std::optional<std::int64_t> sweep = std::nullopt) {
  const auto found = store.results_that_count(sweep, rule);
  return std::ranges::any_of(found, [&](const auto& one) { return one.config_sha == cell.config_sha && one.seed == seed; });
}

class Reusing : public testing::TestWithParam<ReuseCase> {};

TEST_P(Reusing, DecidesWhichEarlierResultsCount) {
  const ReuseCase rule = GetParam();
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({{"kind", rule.kind}}, 0, 1), a_cell({{"kind", rule.kind}}, 1, 2)};
  Sweep old(path, {cells[0]}, "old");
  old.finish_all([](const auto&) { return timed({{0.1}}); });
  const BuildRow build = rule.same_build ? a_build() : a_build("edited");
  const EnvRow machine = rule.same_machine ? a_machine() : a_machine("elsewhere");
  Sweep now(path, cells, "new", build, machine);
  const ReuseRule asked = {rule.how, sha_of(build), sha_of(machine)};
  EXPECT_EQ(counts(*now.store, cells[0], 0, asked, now.id), rule.expected);
  EXPECT_FALSE(counts(*now.store, cells[0], 1, asked, now.id));
  EXPECT_EQ(now.store->reuse(now.id, asked).cells, rule.expected ? 1 : 0);
  const auto results = now.store->results(now.id);
  EXPECT_EQ(results[0].state, rule.expected ? "reused" : "pending");
  EXPECT_EQ(results[0].metrics.empty(), !rule.expected);
  EXPECT_EQ(results[1].state, "pending") << "another seed is another cell";
  expect_healthy(*now.store);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Reusing,
    testing::Values(ReuseCase{"speed", Reuse::automatic, true, true, true}, ReuseCase{"speed", Reuse::automatic, false, true, false},
                    ReuseCase{"speed", Reuse::automatic, true, false, false}, ReuseCase{"speed", Reuse::any_build, false, true, true},
                    ReuseCase{"speed", Reuse::any_build, false, false, false}, ReuseCase{"speed", Reuse::same_build, true, true, true},
                    ReuseCase{"speed", Reuse::never, true, true, false}, ReuseCase{"train", Reuse::automatic, false, false, true},
                    ReuseCase{"train", Reuse::same_build, false, true, false}, ReuseCase{"train", Reuse::same_build, true, false, true},
                    ReuseCase{"train", Reuse::never, true, true, false}));

TEST(Reuse, TakesTheLatestWhereverItStands) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({}, 0, 1)};
  Sweep one(path, cells, "one"), two(path, cells, "two"), three(path, cells, "three");
  two.finish_all([](const auto&) { return timed({{0.2}}); });
  one.finish_all([](const auto&) { return timed({{0.1}}); });
  two.store->reopen(two.id, {"done"});
  EXPECT_EQ(two.store->reuse(two.id, here(Reuse::automatic)).cells, 1);
  EXPECT_EQ(two.store->results(two.id)[0].state, "reused");
  EXPECT_EQ(two.store->results(two.id)[0].attempt_id, one.store->results(one.id)[0].attempt_id);
  two.store->reopen(two.id, {"reused"});
  two.finish_all([](const auto&) { return timed({{0.3}}); });
  EXPECT_EQ(three.store->reuse(three.id, here(Reuse::automatic)).cells, 1);
  EXPECT_DOUBLE_EQ(three.store->results(three.id)[0].metrics[0].value, 0.3);
}

TEST(Reuse, WhatWentWellBeforeDoesNotCoverWhatWentWrongSince) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({}, 0, 1)};
  Sweep old(path, cells, "old"), now(path, cells, "new");
  old.finish_all([](const auto&) { return timed({{0.1}}); });
  old.store->reopen(old.id, {});
  old.finish_all([](const auto&) { return ended("crashed", "SIGSEGV"); });
  EXPECT_FALSE(counts(*now.store, cells[0], 0, here(Reuse::automatic)));
  EXPECT_EQ(now.store->reuse(now.id, here(Reuse::automatic)).cells, 0);
}

TEST(Reuse, CellsThatForceOpenedWaitUntilTheyAreMeasured) {
  TempFolder folder;
  const std::vector<CellRow> cells = {a_cell({}, 0, 1), a_cell({}, 1, 2)};
  Sweep one(folder / "r.db", cells, "one");
  one.finish_all([](const auto&) { return timed({{0.1}}); });
  one.store->reopen(one.id, {});
  EXPECT_EQ(one.store->reuse(one.id, here(Reuse::automatic)).cells, 0) << "as a run that continues without --force asks";
  EXPECT_FALSE(counts(*one.store, cells[0], 0, here(Reuse::automatic), one.id));
  one.finish_all([](const auto&) { return timed({{0.2}}); });
  EXPECT_TRUE(counts(*one.store, cells[0], 0, here(Reuse::automatic), one.id));
}

TEST(Reuse, NeverTakesResultsOfTheSweepItselfAlone) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({}, 0, 1)};
  Sweep old(path, cells, "old"), now(path, cells, "new");
  old.finish_all([](const auto&) { return timed({{0.1}}); });
  EXPECT_TRUE(counts(*old.store, cells[0], 0, here(Reuse::never), old.id)) << "the same command starts nothing";
  EXPECT_EQ(old.store->reuse(old.id, here(Reuse::never)).outdated, 0);
  EXPECT_EQ(now.store->reuse(now.id, here(Reuse::automatic)).cells, 1);
  EXPECT_EQ(now.store->reuse(now.id, here(Reuse::never)).outdated, 1);
  EXPECT_EQ(now.store->results(now.id)[0].state, "pending") << "it was another sweep's";
  EXPECT_FALSE(counts(*now.store, cells[0], 0, here(Reuse::never), now.id));
}

TEST(Reuse, ATimeThatWasMeasuredOtherwiseIsAnotherTime) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({}, 0, 1), a_cell({{"kind", "train"}}, 0, 2)};
  const Json quick = {{"launches", 1}, {"max_noise", 0.02}, {"gate", true}, {"timeout", 9.0}};
  Sweep old(path, cells, "old");
  old.finish_all([&](const auto&) {
    AttemptResult result = timed({{0.1}});
    result.volatile_facts = {{"load", 0.5}, {"measure", quick}};
    return result;
  });
  const auto asked = [&](const char* key, const Json& value) {
    ReuseRule rule = here(Reuse::automatic);
    rule.measure = quick;
    rule.measure[key] = value;
    return rule;
  };
  for (const auto& [key, value] : std::vector<std::pair<const char*, Json>>{{"launches", 3}, {"max_noise", 0.03}, {"gate", false}}) {
    EXPECT_FALSE(counts(*old.store, cells[0], 0, asked(key, value))) << key;
    EXPECT_TRUE(counts(*old.store, cells[1], 0, asked(key, value))) << "a training was not timed";
  }
  EXPECT_TRUE(counts(*old.store, cells[0], 0, asked("timeout", 600.0)));
  EXPECT_FALSE(counts(*old.store, cells[0], 0, here(Reuse::any_build))) << "nor does another build's count";

  EXPECT_EQ(old.store->reuse(old.id, asked("timeout", 600.0)).outdated, 0);
  EXPECT_EQ(old.state(1), "done") << "the same settings start nothing";
  EXPECT_EQ(old.store->reuse(old.id, asked("launches", 3)).outdated, 1);
  EXPECT_EQ(old.state(1), "pending") << "more launches were asked for";
  EXPECT_EQ(old.state(2), "done");
  EXPECT_TRUE(counts(*old.store, cells[0], 0, asked("timeout", 1.0), old.id)) << "history counts when it is asked for again";
  EXPECT_EQ(old.store->reuse(old.id, asked("timeout", 1.0)).cells, 1);
  EXPECT_EQ(old.state(1), "done") << "its own result, not one of another sweep";
}

TEST(Reuse, AnEditedProgramMeasuresItsSpeedCellsAgain) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({}, 0, 1), a_cell({{"kind", "train"}}, 0, 2), a_cell({}, 1, 3)};
  {
    Sweep first(path, cells);
    first.finish_all([](const Store::CellState& cell) { return cell.seed == 1 ? ended("crashed", "SIGSEGV") : timed({{0.1}}); });
    EXPECT_EQ(first.store->reuse(first.id, here(Reuse::automatic)).outdated, 0);
    EXPECT_EQ(first.state(1), "done") << "the same program starts nothing";
  }
  Sweep edited(path, cells, "test", a_build("edited"));
  edited.store->reuse(edited.id, here(Reuse::any_build, "edited"));
  EXPECT_EQ(edited.state(1), "done") << "asked to take any build";
  edited.store->reuse(edited.id, here(Reuse::automatic, "edited"));
  EXPECT_EQ(edited.state(1), "pending") << "a time belongs to its build";
  EXPECT_EQ(edited.state(2), "done") << "a training does not";
  EXPECT_EQ(edited.state(3), "crashed") << "failures wait for --retry";
  EXPECT_EQ(edited.claim(1)->n, 2);
}

}  // namespace
}  // namespace synthbench
