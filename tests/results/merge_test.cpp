// What is no attempt is merged by content: in any order, any number of times, the same.
#include "results/cells_of_build.h"
#include "results/exchange.h"
#include "results/reference_merge.h"
#include "results/reference_rows.h"
#include "results/saved_query.h"
#include "results/sqlite.h"
#include "results/sweep_named.h"
#include "results/words_of_sweeps.h"
#include "tests/results/copies.h"

namespace synthbench {
namespace {

/// Everything but numbers of rows.
std::vector<Json> contents_of(Store& store) {
  std::vector<Json> out;
  for (const char* sql :
       {"SELECT s.name, t.tag, t.note FROM tag t JOIN sweep s USING(sweep_id) ORDER BY 1, 2",
        R"(SELECT b.name, s.name AS sweep, u.build_sha, e.env_sha, b.filter, b.created_at FROM baseline b JOIN sweep s USING(sweep_id)
           LEFT JOIN build u ON u.build_id=b.build_id LEFT JOIN env e ON e.env_id=b.env_id ORDER BY 1)",
        "SELECT e.env_sha, n.backend, n.bucket, n.pairs, n.rel_p95, n.measured_at FROM noise_floor n JOIN env e USING(env_id) ORDER BY 1, "
        "2, 3",
        "SELECT * FROM saved_query ORDER BY name"}) {
    out.emplace_back(store.select(sql));
  }
  return out;
}

/// Databases of hosts that measured the same sweep and said different things of it.
class Merging : public testing::Test {
 protected:
  std::string host(const std::string& name, double floor) {
    const std::string path = folder / (name + ".db");
    Sweep sweep(path, some_cells(), "shared", a_build(), a_machine(name));
    sweep.finish_all([](const auto&) { return timed({{1e-3}}); });
    store_noise_floors(*sweep.store, sweep.env, {{"eigen", "1e-3s", 20, floor}});
    const std::int64_t everywhere = sweep.store->env_id(a_machine("everywhere"));
    store_noise_floors(*sweep.store, everywhere, {{"eigen", "1e-3s", 20, floor}});
    save_baseline(*sweep.store, "nightly", std::nullopt);
    save_baseline(*sweep.store, "of-" + name, std::nullopt);
    add_tag(*sweep.store, sweep.id, "draft");
    add_tag(*sweep.store, sweep.id, "on-" + name);
    set_note(*sweep.store, sweep.id, "measured on " + name + "\nin two lines");
    save_query(*sweep.store, "crashes", "SELECT '" + name + "'", "");
    sweep.store->checkpoint();
    return path;
  }
  std::vector<Json> merged(const std::vector<std::string>& paths) {
    const std::string path = folder / ("merged" + std::to_string(++number) + ".db");
    const auto store = Store::open_to_write(path);
    doubtful = merge_files(*store, paths).doubtful;
    expect_healthy(*store);
    return contents_of(*store);
  }

  TempFolder folder;
  int number = 0;
  std::vector<std::string> doubtful;
};

TEST_F(Merging, TheOrderDecidesNothingAndAgainChangesNothing) {
  const std::string a = host("a", 0.01), b = host("b", 0.03), c = host("c", 0.02);
  const std::vector<Json> abc = merged({a, b, c});
  EXPECT_FALSE(doubtful.empty()) << "names that stood for two things are told";
  for (const auto& order : std::vector<std::vector<std::string>>{{c, b, a}, {b, c, a}, {b, a, c}, {a, b, c, a, b}, {a, a, c, b, c}}) {
    EXPECT_EQ(merged(order), abc);
  }
  EXPECT_EQ(abc[0].size(), 5u) << "draft, three hosts and one note: " << abc[0].dump();
  EXPECT_EQ(abc[0][0]["note"], "measured on a\nin two lines\n---\nmeasured on b\nin two lines\n---\nmeasured on c\nin two lines");
  EXPECT_EQ(abc[1].size(), 4u) << "nightly and three hosts";
  EXPECT_EQ(abc[2].size(), 4u) << "three hosts and the machine that all have";
  EXPECT_EQ(abc[3].size(), 1u);
}

TEST_F(Merging, ADatabaseMergedIntoAnEmptyOneIsThere) {
  const std::string a = host("a", 0.01);
  EXPECT_EQ(merged({a}), contents_of(*Store::open_to_read(a)));
  EXPECT_TRUE(doubtful.empty());
}

TEST_F(Merging, MergedDatabasesMergeAgain) {
  const std::string a = host("a", 0.01), b = host("b", 0.03), c = host("c", 0.02);
  const std::vector<Json> ab = merged({a, b});
  const std::vector<Json> left = merged({folder / "merged1.db", c});
  EXPECT_NE(left, ab);
  merged({b, c});
  EXPECT_EQ(merged({a, folder / "merged3.db"}), left);
}

TEST_F(Copies, ScoresThatOneOfThemGotLaterAreUnited) {
  score("b.db", 27.5);
  const Json ab = merged({"a", "b"});
  EXPECT_EQ(counts.known, 2);
  EXPECT_EQ(counts.scores, 2) << "the value and one example's";
  EXPECT_TRUE(has(told(counts, "merged"), "2 scores of theirs are new")) << told(counts, "merged");
  EXPECT_EQ(merged({"b", "a"}), ab);
  EXPECT_EQ(counts.scores, 0);
  EXPECT_EQ(merged({"b"}), ab);
  score("a.db", 27.25);
  EXPECT_EQ(merged({"a", "b"}), ab) << "of two that differ the same one stays";
  EXPECT_EQ(merged({"b", "a"}), ab);
}

TEST_F(Copies, ACellThatWaitsInOneOfThemIsTheSameInAnyOrder) {
  const auto b = Store::open_to_write(folder / "b.db");
  b->reopen(1, {});
  b->checkpoint();
  EXPECT_EQ(merged({"b"})[0][0]["state"], "pending") << "alone it waits to be run again";
  const Json ab = merged({"a", "b"});
  EXPECT_EQ(ab[0][0]["state"], "done");
  EXPECT_EQ(merged({"b", "a"}), ab);
  EXPECT_EQ(merged({"b", "b", "a", "b"}), ab);
  std::filesystem::copy_file(folder / "b.db", folder / "c.db");
  const auto c = Store::open_to_write(folder / "c.db");
  c->mark(1, "oom", "backstop: cell 7");
  c->checkpoint();
  const Json bc = merged({"b", "c"});
  EXPECT_EQ(bc[0][0]["state"], "oom") << "it says more than a cell that waits";
  EXPECT_EQ(merged({"c", "b"}), bc);
  EXPECT_EQ(merged({"c", "a", "b"}), merged({"a", "b", "c"}));
}

TEST_F(Copies, OfTwoAttemptsTheOneThatEndedLaterCountsWhicheverWasMergedFirst) {
  Sweep later(folder / "later.db", some_cells({64}, {0, 1}), "later");
  later.finish_all([](const auto&) { return timed({{3e-3}}); });
  later.store->checkpoint();
  for (const auto& order : std::vector<std::vector<std::string>>{{"a", "later"}, {"later", "a"}}) {
    merged(order);
    const std::string path = folder / ("merged" + std::to_string(number) + ".db");
    const auto store = Store::open_to_write(path);
    EXPECT_NEAR(read_cells(*store, {}, {"speed"}, false).rows.at(0).values("median").at(0), 3e-3, 1e-9) << order.front();
    const std::int64_t build = store->build_id(a_build());
    EXPECT_NEAR(cells_of_build(*store, {}, {"speed"}, build, std::nullopt).rows.at(0).values("median").at(0), 3e-3, 1e-9);
    EXPECT_EQ(store->select("SELECT name FROM sweep WHERE sweep_id=?1", {*latest_sweep(*store)}).at(0)["name"], "later");
    Sweep next(path, some_cells({64}, {0}), "next");
    next.store->reuse(next.id, {Reuse::automatic, sha_of(a_build()), sha_of(a_machine()), Json::object()});
    EXPECT_EQ(count(*store,
                    "SELECT count(*) FROM cell ce JOIN sweep USING(sweep_id) JOIN metric m ON m.attempt_id=ce.result_attempt_id "
                    "WHERE sweep.name='next' AND m.value BETWEEN 2.9e-3 AND 1"),
              2)
        << "median and min are of the later one";
  }
}

TEST_F(Copies, WhichOfTwoSignaturesIsShownDoesNotFollowTheOrderOfMerging) {
  score("a.db", 27.5, "v:2");
  score("b.db", 20.0, "v:1");
  for (const auto& order : std::vector<std::vector<std::string>>{{"a", "b"}, {"b", "a"}}) {
    merged(order);
    const auto store = Store::open_to_read(folder / ("merged" + std::to_string(number) + ".db"));
    const CellSet cells = read_cells(*store, {}, {"speed"}, false);
    const FinalMetric* bleu = cells.rows.at(0).done.at(0).metrics.find("bleu");
    ASSERT_NE(bleu, nullptr);
    EXPECT_EQ(bleu->definition->signature, "v:1") << order.front();
    EXPECT_EQ(bleu->value, 20.0);
    const auto others = cells.rows.at(0).done.at(0).set_aside.find("bleu");
    ASSERT_NE(others, cells.rows.at(0).done.at(0).set_aside.end()) << "and the other one is told";
    ASSERT_EQ(others->second.size(), 1u);
    EXPECT_EQ(others->second[0].definition->signature, "v:2");
  }
}

TEST_F(Copies, PublishedValuesThatAUserAddedComeAlong) {
  const auto add = [&](const char* name, const std::string& line, double value) {
    const Connection database(folder / name, Connection::Mode::write, 1);
    database.prepare("INSERT OR REPLACE INTO paper_value VALUES('synthesizer', 'table4', ?, 'log_ppl', 'log_ppl', ?, 'measured by us')")
        .run(line, value);
  };
  add("a.db", "DyConv", 98);  // in place of a shipped one
  add("a.db", "Our variant", 1.5);
  add("b.db", "Our variant", 1.25);
  const auto own = [&] {
    const auto store = Store::open_to_read(folder / ("merged" + std::to_string(number) + ".db"));
    return Json(store->select("SELECT row_label, value FROM paper_value WHERE note='measured by us' ORDER BY 1"));
  };
  merged({"a", "b"});
  const Json ab = own();
  ASSERT_EQ(ab.size(), 2u) << ab.dump();
  EXPECT_EQ(ab[0]["value"], 98);
  EXPECT_EQ(ab[1]["value"], 1.25) << "of two the smaller";
  EXPECT_EQ(counts.doubtful.size(), 1u);
  merged({"b", "a"});
  EXPECT_EQ(own(), ab);
}

TEST(SweepNames, ANumberThatIsNoneIsAName) {
  TempFolder folder;
  Sweep odd(folder / "r.db", some_cells({64}, {0}), "s"), like(folder / "r.db", some_cells({128}, {0}), "s12");
  EXPECT_EQ(find_sweep(*odd.store, "s"), odd.id);
  EXPECT_EQ(find_sweep(*odd.store, "s12"), like.id) << "there is no twelfth sweep";
  EXPECT_EQ(find_sweep(*odd.store, "s1"), 1);
  EXPECT_FALSE(find_sweep(*odd.store, "s13"));
}

TEST(Notes, EachPartStandsOnce) {
  EXPECT_EQ(united_notes("same", "same"), "same");
  EXPECT_EQ(united_notes("b", "a"), "a\n---\nb");
  EXPECT_EQ(united_notes("a\n---\nc", "b"), "a\n---\nb\n---\nc");
  EXPECT_EQ(united_notes("", "kept"), "kept");
}

}  // namespace
}  // namespace synthbench
