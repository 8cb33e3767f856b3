// Claims: what holds, at which size, and what counts as one observation.
#include <fstream>

#include "results/table.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

class Claims : public testing::Test {
 protected:
  /// Trainings of three seeds for each variant, which may have keys of its own.
  Table of(
      const std::vector<std::pair<std::string, Json>>& variants, const std::function<double(const Store::CellState&)>& ppl,
      const std::function<double(const Store::CellState&)>& steps = [](const auto&) { return 12.5; }) {
    std::vector<CellRow> cells;
    for (const auto& [variant, own] : variants) {
      for (const std::int64_t seed : {0, 1, 2}) {
        Json config = {{"kind", "train"}, {"variant", variant}, {"task", "lm"}, {"data.name", "plays"}, {"seq_len", 64}};
        config.update(own);
        cells.push_back(a_cell(config, seed, std::ssize(cells) + 1));
      }
    }
    Sweep sweep(folder_ / (std::to_string(++number_) + ".db"), cells);
    sweep.finish_all([&](const Store::CellState& cell) {
      AttemptResult result = learnt(ppl(cell));
      for (MetricRow& metric : result.metrics) {
        if (metric.name == "steps_per_s") metric.value = steps(cell);
      }
      return result;
    });
    return make_table(*sweep.store, "claims", {});
  }
  static double spread(const Store::CellState& cell) { return 1 + 0.0005 * static_cast<double>(cell.seed); }
  static bool is(const Store::CellState& cell, const char* variant) { return cell.config["variant"] == variant; }

  TempFolder folder_;
  int number_ = 0;
};

TEST_F(Claims, OneThatHoldsAtAnotherSizeThanThePublishedOneSaysSo) {
  const Table claims = of(
      {{"random", Json::object()}, {"dynconv", Json::object()}}, [](const auto&) { return 40.0; },
      [](const Store::CellState& cell) { return is(cell, "random") ? 101 * spread(cell) : 100; });
  auto faster = line(claims, {"random trains faster than dynconv"});
  EXPECT_EQ(faster["verdict"].value, "holds") << format_table(claims, "md");
  EXPECT_EQ(faster["published"].value, 1.608);
  EXPECT_EQ(faster["published_inside"].value, "no") << "1 % faster is not 60 % faster";
  for (const auto& row : claims.rows)
    EXPECT_EQ(shown(row[0]).find("60 %"), std::string::npos) << "a size in the text is not what is judged";
}

TEST_F(Claims, PairsOfOneSeedAreOneObservation) {
  const Table claims = of(
      {{"random", {{"table_init", "glorot"}}}, {"random", {{"table_init", "normal:1"}}}, {"dynconv", Json::object()}},
      [](const auto&) { return 40.0; },
      [](const Store::CellState& cell) {
        const bool other = cell.config.value("table_init", "") == "normal:1";
        return is(cell, "random") ? (other ? 121 : 100) * spread(cell) : 100;
      });
  auto faster = line(claims, {"random trains faster than dynconv"});
  EXPECT_EQ(faster["n"].value, 3) << "seeds, not pairs";
  EXPECT_NEAR(faster["ours"].value.get<double>(), 1.1 * 1.0005, 1e-6) << "the geometric mean of both configs";
  EXPECT_EQ(faster["verdict"].value, "holds") << "at each seed they say the same";
  EXPECT_EQ(faster["ours"].attempts.size(), 9u) << "each attempt once";
}

TEST_F(Claims, TheSamePairsSpeakAtEachSeed) {
  const Table claims = of(
      {{"random", {{"table_init", "glorot"}}}, {"random", {{"table_init", "normal:1"}}}, {"dynconv", Json::object()}},
      [](const auto&) { return 40.0; },
      [](const Store::CellState& cell) {
        const bool other = cell.config.value("table_init", "") == "normal:1";
        if (other && cell.seed > 0) return 0.0;  // of which there is no ratio
        return is(cell, "random") ? (other ? 121 : 100) * spread(cell) : 100;
      });
  auto faster = line(claims, {"random trains faster than dynconv"});
  EXPECT_EQ(faster["n"].value, 3) << format_table(claims, "md");
  EXPECT_NEAR(faster["ours"].value.get<double>(), 1.0005, 1e-6) << "seed 0 is not averaged over a config that the others lack";
  EXPECT_EQ(faster["ours"].attempts.size(), 6u);
  EXPECT_TRUE(has(notes(claims), "1 of 2 pairs at 3 of 3 seeds are averaged")) << notes(claims);
}

TEST_F(Claims, ComparableIsAnIntervalWithinAShare) {
  const auto mixture = [&](double factor) {
    const Table claims = of({{"random+vanilla", Json::object()}, {"vanilla", Json::object()}},
                            [factor](const Store::CellState& cell) { return is(cell, "vanilla") ? 40 : 40 * factor * spread(cell); });
    return line(claims, {"mixtures are comparable to vanilla on short sequences, within 2 %"})["verdict"].value.get<std::string>();
  };
  EXPECT_EQ(mixture(1.005), "holds");
  EXPECT_EQ(mixture(0.9), "does not hold") << "better is not comparable";
  EXPECT_EQ(mixture(1.0199), "open");
}

TEST_F(Claims, OnePairOfTimingsSpeaksOverTheSeedsThatBothHave) {
  Sweep sweep(folder_ / "times.db",
              {a_cell({{"variant", "vanilla"}}, 0, 1), a_cell({{"variant", "vanilla"}}, 1, 2), a_cell({{"variant", "dense"}}, 0, 3)});
  sweep.finish_all([](const Store::CellState& cell) {
    if (is(cell, "dense")) return timed({{1e-3, 1e-3}, {1e-3, 1e-3}});
    return cell.seed == 0 ? timed({{2e-3, 2e-3}, {2e-3, 2e-3}}) : timed({{8e-3, 8e-3}, {8e-3, 8e-3}, {8e-3, 8e-3}});
  });
  std::ofstream(folder_ / "mine.toml")
      << "caption = \"c\"\nkind = \"speed\"\nshape = \"claims\"\n[[claim]]\ntext = \"dense is faster\"\nmetric = \"median\"\n"
         "better = \"lower\"\na = \"variant = 'dense'\"\nb = \"variant = 'vanilla'\"\nsource = \"ours\"\n";
  auto faster = line(make_table(*sweep.store, folder_ / "mine.toml", {}), {"dense is faster"});
  EXPECT_NEAR(faster["ours"].value.get<double>(), 0.5, 1e-9);
  ASSERT_TRUE(faster["interval"].value.is_array());
  EXPECT_NEAR(faster["interval"].value[0].get<double>(), 0.5, 1e-9);
  EXPECT_NEAR(faster["interval"].value[1].get<double>(), 0.5, 1e-9);
  EXPECT_EQ(faster["n"].value, 1);
  EXPECT_EQ(faster["ours"].attempts.size(), 2u);
}

}  // namespace
}  // namespace synthbench
