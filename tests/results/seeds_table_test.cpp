// Which seeds stand beside each other where lines of a table are compared, and what may be marked as the best.
#include <cmath>
#include <functional>

#include "results/table.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

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
