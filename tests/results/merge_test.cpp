// What is no attempt is merged by content: in any order, any number of times, the same.
#include "results/exchange.h"
#include "results/reference_merge.h"
#include "results/reference_rows.h"
#include "results/saved_query.h"
#include "results/words_of_sweeps.h"
#include "tests/results/fixtures.h"

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

TEST(Notes, EachPartStandsOnce) {
  EXPECT_EQ(united_notes("same", "same"), "same");
  EXPECT_EQ(united_notes("b", "a"), "a\n---\nb");
  EXPECT_EQ(united_notes("a\n---\nc", "b"), "a\n---\nb\n---\nc");
  EXPECT_EQ(united_notes("", "kept"), "kept");
}

}  // namespace
}  // namespace synthbench
