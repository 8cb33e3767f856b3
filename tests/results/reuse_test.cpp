// Which earlier results count for a cell: by build, machine, seed and the way they were measured.
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
  EXPECT_EQ(now.store->reuse_lookup(asked)(cells[0].config_sha, 0), rule.expected);
  EXPECT_FALSE(now.store->reuse_lookup(asked)(cells[0].config_sha, 1));
  EXPECT_EQ(now.store->reuse(now.id, asked), rule.expected ? 1 : 0);
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

TEST(Reuse, ExcludesItselfAndTakesTheLatest) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({}, 0, 1)};
  Sweep one(path, cells, "one"), two(path, cells, "two"), three(path, cells, "three");
  one.finish_all([](const auto&) { return timed({{0.1}}); });
  two.finish_all([](const auto&) { return timed({{0.2}}); });
  two.store->reopen(two.id, {});
  EXPECT_EQ(two.store->reuse(two.id, here(Reuse::automatic)), 1) << "from one, not from its own history";
  EXPECT_EQ(two.store->results(two.id)[0].attempt_id, one.store->results(one.id)[0].attempt_id);
  two.store->reopen(two.id, {"reused"});
  two.finish_all([](const auto&) { return timed({{0.3}}); });
  EXPECT_EQ(three.store->reuse(three.id, here(Reuse::automatic)), 1);
  EXPECT_DOUBLE_EQ(three.store->results(three.id)[0].metrics[0].value, 0.3);
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
    EXPECT_FALSE(old.store->reuse_lookup(asked(key, value))(cells[0].config_sha, 0)) << key;
    EXPECT_TRUE(old.store->reuse_lookup(asked(key, value))(cells[1].config_sha, 0)) << "a training was not timed";
  }
  EXPECT_TRUE(old.store->reuse_lookup(asked("timeout", 600.0))(cells[0].config_sha, 0));
  EXPECT_FALSE(old.store->reuse_lookup(here(Reuse::any_build))(cells[0].config_sha, 0)) << "nor does another build's count";

  EXPECT_EQ(old.store->reuse(old.id, asked("timeout", 600.0)), 0);
  EXPECT_EQ(old.state(1), "done") << "the same settings start nothing";
  old.store->reuse(old.id, asked("launches", 3));
  EXPECT_EQ(old.state(1), "pending") << "more launches were asked for";
  EXPECT_EQ(old.state(2), "done");
}

TEST(Reuse, AnEditedProgramMeasuresItsSpeedCellsAgain) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = {a_cell({}, 0, 1), a_cell({{"kind", "train"}}, 0, 2), a_cell({}, 1, 3)};
  {
    Sweep first(path, cells);
    first.finish_all([](const Store::CellState& cell) { return cell.seed == 1 ? ended("crashed", "SIGSEGV") : timed({{0.1}}); });
    EXPECT_EQ(first.store->reuse(first.id, here(Reuse::automatic)), 0);
    EXPECT_EQ(first.state(1), "done") << "the same program starts nothing";
  }
  Sweep edited(path, cells, "test", a_build("edited"));
  edited.store->reuse(edited.id, here(Reuse::any_build, "edited"));
  EXPECT_EQ(edited.state(1), "done") << "asked to take any build";
  edited.store->reuse(edited.id, here(Reuse::never, "edited"));
  EXPECT_EQ(edited.state(1), "done") << "never does not throw results away";
  edited.store->reuse(edited.id, here(Reuse::automatic, "edited"));
  EXPECT_EQ(edited.state(1), "pending") << "a time belongs to its build";
  EXPECT_EQ(edited.state(2), "done") << "a training does not";
  EXPECT_EQ(edited.state(3), "crashed") << "failures wait for --retry";
  EXPECT_EQ(edited.claim(1)->n, 2);
}

}  // namespace
}  // namespace synthbench
