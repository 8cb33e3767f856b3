// Which seeds stand beside each other where lines of a table are compared, and what may be marked as the best.
#include <cmath>
#include <functional>

#include "results/statistics.h"
#include "results/table.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

Mark mark_of(const Table& table, const char* variant, const char* column) { return line(table, {variant})[column].mark; }

/// Perplexities of random over eight seeds, the last two of which nobody else has.
Table qualities(const std::string& path, double of_the_last_two) {
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "random", "dense"}) {
    for (std::int64_t seed = 0; seed < (variant == std::string("random") ? 8 : 6); ++seed) {
      cells.push_back(trained(variant, seed, std::ssize(cells) + 1, 10));
    }
  }
  Sweep sweep(path, cells);
  sweep.finish_all([&](const Store::CellState& cell) {
    const auto seed = static_cast<double>(cell.seed);
    if (cell.config["variant"] == "vanilla") return learnt(20 + 0.02 * seed);
    if (cell.config["variant"] == "dense") return learnt(9.5 + 0.013 * seed);
    return learnt(cell.seed < 6 ? 10 + 0.01 * seed : of_the_last_two);
  });
  return make_table(*sweep.store, "quality", {});
}

TEST(SeedsOfTables, NoBestThatLosesAtTheSeedsThatAreCompared) {
  TempFolder folder;
  const Table equal = qualities(folder / "equal.db", 10);
  EXPECT_EQ(mark_of(equal, "dense", "ppl"), Mark::best) << format_table(equal, "md");
  EXPECT_EQ(mark_of(equal, "random", "ppl"), Mark::second);
  const Table turned = qualities(folder / "turned.db", 5);
  EXPECT_NEAR(line(turned, {"random"})["ppl"].value.get<double>(), (6 * 10 + 0.15 + 2 * 5) / 8, 1e-9) << "first by its mean";
  for (const char* variant : {"vanilla", "random", "dense"}) EXPECT_EQ(mark_of(turned, variant, "ppl"), Mark::none) << variant;
}

/// Random's processes take 1 ms, those of dense 0.9 ms, but for one process that is a seed of random's.
Table times(const std::string& path, double of_the_one) {
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "random", "dense"}) {
    for (const std::int64_t seed : {0, 1}) cells.push_back(a_cell({{"variant", variant}, {"seq_len", 64}}, seed, std::ssize(cells) + 1));
  }
  Sweep sweep(path, cells);
  sweep.finish_all([&](const Store::CellState& cell) {
    const std::string variant = cell.config["variant"];
    if (variant == "random" && cell.seed == 1) return timed({{of_the_one, of_the_one}});
    Launches out;
    for (int process = 0; process < (variant == "random" ? 9 : 5); ++process) {
      const double seconds = (variant == "vanilla" ? 5e-3 : variant == "random" ? 1e-3 : 0.9e-3) * (1 + 0.001 * process);
      out.push_back({seconds, seconds});
    }
    return timed(out);
  });
  return make_table(*sweep.store, "speed", {});
}

TEST(SeedsOfTables, NoBestTimeThatItsProcessesCallTheSlowerOne) {
  TempFolder folder;
  const Table equal = times(folder / "equal.db", 1e-3);
  const std::string column = equal.columns[1];
  ASSERT_TRUE(column.starts_with("median_")) << format_table(equal, "md");
  EXPECT_EQ(mark_of(equal, "dense", column.c_str()), Mark::best) << format_table(equal, "md");
  const Table turned = times(folder / "turned.db", 0.2e-3);
  const std::string same = turned.columns[1];
  EXPECT_LT(line(turned, {"random"})[same].value.get<double>(), line(turned, {"dense"})[same].value.get<double>()) << "by its mean";
  for (const char* variant : {"vanilla", "random", "dense"}) EXPECT_EQ(mark_of(turned, variant, same.c_str()), Mark::none) << variant;
}

TEST(SeedsOfTables, NoBestTimeThatALaterLineBeatsAtTheSeedsOfBoth) {
  for (const bool drawn : {true, false}) {
    TempFolder folder;
    std::vector<CellRow> cells;
    for (const auto& [variant, seed] : {std::pair("dense", 0), {"random", 0}, {"vanilla", 0}, {"vanilla", 1}}) {
      const Json config = {{"variant", variant}, {"seq_len", 64}, {"key_lengths", drawn ? "random" : "full"}};
      cells.push_back(a_cell(config, seed, std::ssize(cells) + 1));
    }
    Sweep sweep(folder / "r.db", cells);
    sweep.finish_all([&](const Store::CellState& cell) {
      const std::string variant = cell.config["variant"];
      const double seconds = cell.seed == 1 ? 10e-3 : variant == "dense" ? 1e-3 : variant == "random" ? 1.2e-3 : 0.5e-3;
      Launches out;
      for (int process = 0; process < 4; ++process) out.push_back(std::vector<double>(2, seconds * (1 + 0.001 * process)));
      return timed(out);
    });
    const Table table = make_table(*sweep.store, "speed", {});
    const std::string column = *std::ranges::find_if(table.columns, [](const std::string& name) { return name.starts_with("median_"); });
    EXPECT_EQ(mark_of(table, "dense", column.c_str()), drawn ? Mark::none : Mark::best) << format_table(table, "md");
    EXPECT_NEAR(line(table, {"dense"})["time_vs_vanilla"].value.get<double>(), drawn ? 2 : 1e-3 / 5.25e-3, 2e-3);
  }
}

/// Vanilla at seeds 0 to 2, dense that crashed at two of them, random at another one.
class DrawnLengths : public testing::Test {
 protected:
  void measure(const char* key_lengths) {
    std::vector<CellRow> cells;
    const auto add = [&](const char* variant, std::int64_t seed) {
      cells.push_back(a_cell({{"variant", variant}, {"seq_len", 512}, {"key_lengths", key_lengths}}, seed, std::ssize(cells) + 1));
    };
    for (const std::int64_t seed : {0, 1, 2}) add("vanilla", seed), add("dense", seed);
    add("random", 5);
    for (const char* variant : {"vanilla", "dense"}) cells.push_back(trained(variant, 0, std::ssize(cells) + 1, 10));
    sweep_ = std::make_unique<Sweep>(folder_ / (std::string(key_lengths) + ".db"), cells);
    sweep_->finish_all([](const Store::CellState& cell) {
      const std::string variant = cell.config["variant"];
      if (cell.config["kind"] == "train") return learnt(6);
      if (variant == "dense" && cell.seed > 0) return ended("crashed", "SIGSEGV");
      const double seconds = variant == "vanilla" ? 1e-3 * static_cast<double>(cell.seed + 1) : 1.5e-3;
      AttemptResult result = timed({{seconds, seconds}});
      for (MetricRow& metric : result.metrics) {
        if (metric.name == "peak_rss") metric.value = (variant == "dense" ? 60 : cell.seed == 0 ? 50 : 80) * 1048576.0;
      }
      return result;
    });
  }
  Table table(const char* name) { return make_table(*sweep_->store, name, {}); }
  std::string sentence() { return verdict_sentence(*sweep_->store, sweep_->id).value_or(""); }

  TempFolder folder_;
  std::unique_ptr<Sweep> sweep_;
};

TEST_F(DrawnLengths, OnlySeedsThatBothHaveAreTheSameWork) {
  measure("random");
  const Table speed = table("speed");
  auto dense = line(speed, {"dense"}), random = line(speed, {"random"});
  EXPECT_NEAR(dense["time_vs_vanilla"].value.get<double>(), 1.5, 1e-9) << format_table(speed, "md");
  ASSERT_TRUE(dense["ratio_interval"].value.is_array());
  EXPECT_NEAR(dense["ratio_interval"].value[0].get<double>(), 1.5, 1e-9);
  EXPECT_NEAR(dense["ratio_interval"].value[1].get<double>(), 1.5, 1e-9);
  EXPECT_EQ(random["time_vs_vanilla"].value, "n/a (other seeds)");
  EXPECT_TRUE(random["ratio_interval"].value.is_null());
  EXPECT_NEAR(line(speed, {"vanilla"})["time_vs_vanilla"].value.get<double>(), 1, 1e-9);
  EXPECT_NEAR(line(table("memory"), {"dense"})["minus_vanilla_MiB"].value.get<double>(), 10, 1e-9);
  EXPECT_TRUE(has(sentence(), "dense is about 1.50x slower than vanilla at length 512")) << sentence();
}

TEST_F(DrawnLengths, LinesOfOtherSeedsAreNotHeldAgainstEachOtherOnTheFront) {
  measure("random");
  const Table front = table("pareto");
  ASSERT_EQ(front.rows.size(), 1u) << format_table(front, "md");
  EXPECT_EQ(line(front, {"vanilla"})["on_the_front"].value, "yes");
  EXPECT_TRUE(has(notes(front), "left out: 1 line timed at other seeds than most beside them")) << notes(front);
  measure("full");
  EXPECT_EQ(table("pareto").rows.size(), 2u);
}

TEST_F(DrawnLengths, OfFullLengthsAllSeedsAreTheSameWork) {
  measure("full");
  const Table speed = table("speed");
  EXPECT_NEAR(line(speed, {"dense"})["time_vs_vanilla"].value.get<double>(), 0.75, 1e-9) << format_table(speed, "md");
  EXPECT_NEAR(line(speed, {"random"})["time_vs_vanilla"].value.get<double>(), 0.75, 1e-9);
  EXPECT_NEAR(line(table("memory"), {"dense"})["minus_vanilla_MiB"].value.get<double>(), -20, 1e-9);
  EXPECT_TRUE(has(sentence(), "dense is about 1.33x faster than vanilla at length 512")) << sentence();
}

}  // namespace
}  // namespace synthbench
