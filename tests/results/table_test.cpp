// Tables say what the database holds, and what it lacks.
#include "results/table.h"

#include <cmath>
#include <fstream>

#include "harness/base/error.h"
#include "results/format_markup.h"
#include "results/sqlite.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

class Tables : public testing::Test {
 protected:
  void SetUp() override {
    sweep_ = std::make_unique<Sweep>(folder_ / "r.db", sweep_cells());
    finish(*sweep_);
  }
  Table table(const std::string& preset, const TableOptions& options = {}) { return make_table(*sweep_->store, preset, options); }

  static std::size_t column(const Table& table, const std::string& name) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), name);
    EXPECT_NE(found, table.columns.end()) << name;
    return static_cast<std::size_t>(found - table.columns.begin());
  }
  /// The cell in a column, in the line whose first cells are these.
  static TableCell cell(const Table& table, const std::vector<std::string>& first, const std::string& name) {
    for (const auto& row : table.rows) {
      bool equal = true;
      for (std::size_t i = 0; i < first.size(); ++i) equal = equal && shown(row[i]) == first[i];
      if (equal) return row[column(table, name)];
    }
    ADD_FAILURE() << "no such row in\n" << format_table(table, "md");
    return {};
  }
  TempFolder folder_;
  std::unique_ptr<Sweep> sweep_;
};

TEST_F(Tables, SpeedShowsMediansWithIntervalsAndRatios) {
  const Table speed = table("speed");
  EXPECT_EQ(speed.columns,
            (std::vector<std::string>{"variant", "seq_len", "median_ms", "interval_ms", "time_vs_vanilla", "ratio_interval", "kernel"}))
      << format_table(speed, "md");
  EXPECT_EQ(speed.rows.size(), 8u);
  const double stored =
      sweep_->store->select("SELECT avg(value) m FROM v_result WHERE metric='median' AND variant='random' AND seq_len=128")
          .at(0)["m"]
          .get<double>();
  EXPECT_NEAR(cell(speed, {"random", "128"}, "median_ms").value.get<double>(), stored * 1e3, 1e-9)
      << "mean over seeds of the cells' medians";
  const auto interval = cell(speed, {"random", "128"}, "interval_ms").value;
  EXPECT_LE(interval[0].get<double>(), stored * 1e3);
  EXPECT_GE(interval[1].get<double>(), stored * 1e3);
  EXPECT_NEAR(cell(speed, {"random", "512"}, "time_vs_vanilla").value.get<double>(), 0.5, 0.01);
  const auto ratio = cell(speed, {"random", "512"}, "ratio_interval").value;
  const double shown_ratio = cell(speed, {"random", "512"}, "time_vs_vanilla").value.get<double>();
  EXPECT_LT(ratio[0].get<double>(), shown_ratio);
  EXPECT_GT(ratio[1].get<double>(), shown_ratio);
  EXPECT_LT(ratio[1].get<double>() - ratio[0].get<double>(), 0.02);
  EXPECT_EQ(cell(speed, {"vanilla", "512"}, "time_vs_vanilla").value, 1.0);
  EXPECT_EQ(cell(speed, {"random", "512"}, "kernel").value, "fused");
  EXPECT_TRUE(has(speed.caption, "backend eigen")) << speed.caption;
}

TEST_F(Tables, MissingValuesSayWhyAndAreCounted) {
  const Table speed = table("speed");
  for (const std::string& name : speed.columns) {
    if (name == "variant" || name == "seq_len") continue;
    EXPECT_EQ(cell(speed, {"dense+vanilla", "128"}, name).value, "n/a (crashed)") << name;
  }
  for (const auto& row : speed.rows) {
    for (const TableCell& value : row) EXPECT_NE(shown(value), "") << "a blank cell";
  }
  const std::string below = notes(speed);
  EXPECT_TRUE(has(below, "n = 2 seeds; 12 of 16 cells have a result")) << below;
  EXPECT_TRUE(has(below, "missing: 4 crashed: SIGSEGV (4)")) << below;
  EXPECT_TRUE(has(below, "1 excluded: too long")) << below;
  EXPECT_TRUE(has(below, "noisy: 2 cells")) << below;
  EXPECT_TRUE(has(below, "Testron 7, 2 cores")) << below;
  EXPECT_TRUE(has(below, "build: c0ffee0")) << below;
  EXPECT_TRUE(has(below, "4 processes per cell")) << below;
}

TEST_F(Tables, AValueThatIsNotANumberIsInNoMeanAndSaid) {
  const auto attempt = sweep_->store->select("SELECT cell_id, attempt_id FROM v_result WHERE metric='ppl' AND variant='random'").at(0);
  Connection(folder_ / "r.db", Connection::Mode::write, 1)
      .prepare("UPDATE metric SET value=NULL, value_kind='nan' WHERE attempt_id=?1 AND split='test'")
      .run(attempt["attempt_id"].get<std::int64_t>());
  const Table quality = table("quality");
  EXPECT_EQ(cell(quality, {"random"}, "n").value, 1) << "the valid split does not take the place of the test split";
  EXPECT_TRUE(has(notes(quality), "not finite, and in no mean: ppl of 1 cell (c" + attempt["cell_id"].dump() + ")")) << notes(quality);
}

TEST_F(Tables, RatesStandBesideWhatTheMachineCanDo) {
  const auto with_rates = [](std::initializer_list<std::pair<const char*, double>> rates) {
    AttemptResult result = timed({{0.001, 0.001}});
    for (const auto& [name, value] : rates) result.metrics.push_back({.name = name, .unit = "1", .better = "higher", .value = value});
    return result;
  };
  Sweep rated(folder_ / "r.db",
              {a_cell({{"variant", "vanilla"}, {"seq_len", 64}}, 0, 1), a_cell({{"variant", "random"}, {"seq_len", 64}}, 0, 2),
               a_cell({{"variant", "dense"}, {"seq_len", 64}}, 0, 3)},
              "rated");
  rated.finish_all([&](const Store::CellState& cell) {
    const std::string variant = cell.config["variant"];
    if (variant == "dense") return with_rates({});
    if (variant == "vanilla") return with_rates({{"flops_per_s", 5e10}, {"bytes_per_s", 2e9}, {"peak_flops_share", 0.25}});
    return with_rates({{"flops_per_s", NAN}, {"bytes_per_s", 3e9}, {"peak_flops_share", NAN}});
  });
  const Table speed = table("speed", {.sweep = rated.id});
  EXPECT_NEAR(cell(speed, {"vanilla"}, "GFLOP_per_s").value.get<double>(), 50, 1e-9);
  EXPECT_NEAR(cell(speed, {"vanilla"}, "GB_per_s").value.get<double>(), 2, 1e-9);
  EXPECT_NEAR(cell(speed, {"vanilla"}, "percent_of_peak").value.get<double>(), 25, 1e-9);
  EXPECT_EQ(cell(speed, {"random"}, "GFLOP_per_s").value, "impossible");
  EXPECT_EQ(cell(speed, {"random"}, "percent_of_peak").value, "impossible");
  EXPECT_NEAR(cell(speed, {"random"}, "GB_per_s").value.get<double>(), 3, 1e-9);
  EXPECT_EQ(shown(cell(speed, {"dense"}, "percent_of_peak")), "–");
  EXPECT_EQ(std::ranges::count(speed.columns, "percent_of_copy"), 0) << "no row has it";
  EXPECT_TRUE(has(notes(speed), "impossible: flops_per_s of 1 cell (c")) << notes(speed);
  EXPECT_TRUE(has(notes(speed), "percent_of_peak: FLOP/s over those of a matrix product")) << notes(speed);
  EXPECT_FALSE(has(notes(speed), "not finite")) << notes(speed);
}

TEST_F(Tables, ARateThatNoPeakIsHeldAgainstIsNotImpossible) {
  Sweep trainings(folder_ / "r.db", {trained("vanilla", 0, 1, 10), trained("random", 0, 2, 10)}, "odd");
  trainings.finish_all([](const Store::CellState& cell) {
    AttemptResult result = learnt(6);
    for (MetricRow& metric : result.metrics) {
      if (metric.name == "steps_per_s" && cell.config["variant"] == "random") metric.value = NAN;
    }
    return result;
  });
  const Table quality = table("quality", {.sweep = trainings.id});
  EXPECT_EQ(cell(quality, {"random"}, "train_steps_per_s").value, "n/a (not finite)");
  EXPECT_EQ(cell(quality, {"vanilla"}, "train_steps_per_s").value, 12.5);
  EXPECT_TRUE(has(notes(quality), "not finite, and in no mean: steps_per_s of 1 cell (c")) << notes(quality);
  EXPECT_FALSE(has(notes(quality), "impossible")) << notes(quality);
}

TEST_F(Tables, EqualRunsPrintEqualTables) { EXPECT_EQ(format_table(table("speed"), "md"), format_table(table("speed"), "md")); }

TEST_F(Tables, QualityShowsMeanSpreadAndCountModels) {
  const Table quality = table("quality");
  EXPECT_EQ(quality.columns,
            (std::vector<std::string>{"variant", "ppl", "ppl_sd", "n", "vs_vanilla_percent", "parameters", "train_steps_per_s"}))
      << format_table(quality, "md");
  ASSERT_EQ(quality.rows.size(), 5u);
  EXPECT_NEAR(cell(quality, {"random"}, "ppl").value.get<double>(), 6.35, 1e-12) << "of the test split";
  EXPECT_NEAR(cell(quality, {"random"}, "ppl_sd").value.get<double>(), 0.1 / std::sqrt(2.0), 1e-12);
  EXPECT_EQ(cell(quality, {"random"}, "n").value, 2);
  EXPECT_NEAR(cell(quality, {"random"}, "vs_vanilla_percent").value.get<double>(), 100 * (6.35 / 6.05 - 1), 1e-9);
  EXPECT_EQ(shown(cell(quality, {"random"}, "vs_vanilla_percent")), "+5.0 %");
  EXPECT_EQ(shown(cell(quality, {"random"}, "parameters")), "4,096");
  EXPECT_EQ(cell(quality, {"bigram (counts)"}, "ppl").value, 11.25);
  EXPECT_EQ(cell(quality, {"bigram (counts)"}, "parameters").value, 4225);
  EXPECT_EQ(cell(quality, {"unigram (counts)"}, "ppl").value, 22.5);
  EXPECT_TRUE(has(quality.caption, "ppl/token on test")) << quality.caption;
  EXPECT_TRUE(has(quality.caption, "task lm")) << quality.caption;
}

TEST_F(Tables, AKeyThatFollowsFromTheVariantIsANoteNotAColumn) {
  const auto cell_of = [](const char* variant, const char* init, std::int64_t ordinal) {
    return a_cell({{"variant", variant}, {"table_init", init}, {"threads", 0}, {"seq_len", 64}}, 0, ordinal);
  };
  Sweep other(folder_ / "r.db",
              {a_cell({{"threads", 0}, {"seq_len", 64}}, 0, 1), cell_of("random", "glorot", 2), cell_of("fixed_random", "normal:1", 3)},
              "other");
  other.finish_all([](const Store::CellState&) { return timed({{0.001, 0.002}}); });
  const Table speed = table("speed", {.sweep = other.id});
  EXPECT_EQ(std::count(speed.columns.begin(), speed.columns.end(), "table_init"), 0);
  EXPECT_TRUE(has(notes(speed), "table_init of fixed_random normal:1, table_init of random glorot")) << notes(speed);
  EXPECT_TRUE(has(speed.caption, "threads all")) << speed.caption;
  Sweep both(folder_ / "r.db",
             {cell_of("random", "glorot", 1), cell_of("random", "normal:1", 2), a_cell({{"threads", 0}, {"seq_len", 64}}, 0, 3)}, "both");
  both.finish_all([](const Store::CellState&) { return timed({{0.001, 0.002}}); });
  EXPECT_EQ(cell(table("speed", {.sweep = both.id}), {"random", "normal:1"}, "kernel").value, "fused") << "here it tells rows apart";
}

TEST_F(Tables, OneSeedHasNoSpread) {
  const Table quality = table("quality", {.filter = "seed = 0"});
  EXPECT_TRUE(cell(quality, {"random"}, "ppl_sd").value.is_null());
  EXPECT_EQ(shown(cell(quality, {"random"}, "ppl_sd")), "–");
  EXPECT_EQ(cell(quality, {"random"}, "n").value, 1);
}

TEST_F(Tables, AFilterAndASweepRestrict) {
  EXPECT_EQ(table("speed", {.filter = "seq_len = 512 AND variant != 'dense'"}).rows.size(), 3u);
  EXPECT_TRUE(has(user_error([&] { table("speed", {.filter = "colour = 'red'"}); }), "colour"));
  Sweep other(folder_ / "r.db", {a_cell({{"variant", "vanilla"}, {"seq_len", 77}}, 0, 1)}, "other");
  finish(other);
  EXPECT_EQ(table("speed", {.sweep = other.id}).rows.size(), 1u);
  EXPECT_EQ(table("speed").rows.size(), 9u);
  EXPECT_THROW(table("quality", {.sweep = other.id}), NothingDone);
}

TEST_F(Tables, OfSeveralResultsOfACellTheLatestCounts) {
  Sweep again(folder_ / "r.db",
              {a_cell({{"variant", "vanilla"}, {"seq_len", 128}}, 0, 1), a_cell({{"variant", "vanilla"}, {"seq_len", 128}}, 1, 2)},
              "again");
  again.finish_all([](const Store::CellState&) { return timed({{0.5, 0.5}}); });
  const Table speed = table("speed");
  EXPECT_EQ(speed.rows.size(), 8u);
  EXPECT_NEAR(cell(speed, {"vanilla", "128"}, "median_ms").value.get<double>(), 500, 1e-6);
}

TEST_F(Tables, TimesOfSeveralBuildsOrMachinesAreNotMixed) {
  const std::vector<CellRow> cells = {a_cell({{"variant", "random"}, {"seq_len", 256}}, 0, 1)};
  Sweep elsewhere(folder_ / "r.db", cells, "elsewhere", a_build("edited"), a_machine("far-away"));
  finish(elsewhere);
  for (const char* preset : {"speed", "memory"}) {
    const std::string line = user_error([&] { table(preset); });
    EXPECT_TRUE(has(line, "--across-env") && has(line, "far-away")) << line;
  }
  const Table speed = table("speed", {.across_env = true});
  EXPECT_EQ(speed.rows.size(), 9u);
  EXPECT_EQ(cell(speed, {"random", "256"}, "machine").value, "far-away (Testron 7)");
  EXPECT_EQ(cell(speed, {"random", "256"}, "time_vs_vanilla").value, "n/a (vanilla)");
  EXPECT_TRUE(has(notes(speed), "2 builds and 2 machines")) << notes(speed);
  EXPECT_EQ(table("speed", {.sweep = sweep_->id}).rows.size(), 8u) << "one sweep is of one build";
}

TEST_F(Tables, QualityOfSeveralMachinesIsMixedWithoutItsTimes) {
  Sweep elsewhere(folder_ / "r.db", {trained("random", 2, 1, 4096)}, "elsewhere", a_build("edited"), a_machine("far-away"));
  finish(elsewhere);
  const Table quality = table("quality");
  EXPECT_EQ(cell(quality, {"random"}, "n").value, 3);
  EXPECT_TRUE(has(notes(quality), "train_steps_per_s is left out")) << notes(quality);
  EXPECT_TRUE(has(notes(quality), "far-away")) << notes(quality);
}

TEST_F(Tables, MemoryAndRankAreTables) {
  const Table memory = table("memory");
  EXPECT_NEAR(cell(memory, {"random", "128"}, "peak_MiB").value.get<double>(), 50e6 / 1048576, 1e-9);
  EXPECT_EQ(cell(memory, {"random", "128"}, "minus_vanilla_MiB").value, 0.0);
  EXPECT_THROW(table("rank"), NothingDone) << "no variant here has a rank";
  Sweep ranked(
      folder_ / "r.db",
      {a_cell({{"variant", "factorized_random"}, {"rank", 8}}, 0, 1), a_cell({{"variant", "factorized_random"}, {"rank", 32}}, 0, 2)},
      "ranked");
  ranked.finish_all([](const Store::CellState&) { return timed({{0.001}, {0.0011}}); });
  const Table rank = table("rank");
  ASSERT_EQ(rank.rows.size(), 2u);
  EXPECT_NEAR(cell(rank, {"factorized_random", "8"}, "time_vs_vanilla").value.get<double>(), 0.525, 0.01);
  EXPECT_EQ(cell(rank, {"factorized_random", "8"}, "parameters").value, 4096);
  EXPECT_TRUE(has(notes(rank), "n = 1 seed; 2 of 2 cells have a result")) << "the footer speaks of the lines above it: " << notes(rank);
  EXPECT_FALSE(has(notes(rank), "SIGSEGV") || has(notes(rank), "too long")) << "others crashed and were left out: " << notes(rank);
}

TEST_F(Tables, BesideVanillaStandTheSeedsThatBothHave) {
  const auto cell_of = [](const char* variant, std::int64_t seed, std::int64_t ordinal) {
    return a_cell({{"kind", "train"}, {"variant", variant}, {"task", "lm"}, {"seq_len", 32}}, seed, ordinal);
  };
  Sweep seeds(folder_ / "r.db",
              {cell_of("vanilla", 0, 1), cell_of("vanilla", 1, 2), cell_of("dense", 1, 3), cell_of("dense", 2, 4), cell_of("random", 5, 5),
               cell_of("dense+vanilla", 0, 6)},
              "seeds");
  seeds.finish_all([](const Store::CellState& cell) {
    const bool vanilla = cell.config["variant"] == "vanilla";
    AttemptResult result = learnt(vanilla ? (cell.seed == 1 ? 10 : 99) : cell.seed == 1 ? 12 : 50);
    for (MetricRow& metric : result.metrics) {
      if (cell.config["variant"] == "dense+vanilla") metric.signature = "counted otherwise";
    }
    return result;
  });
  const Table quality = table("quality", {.sweep = seeds.id});
  EXPECT_NEAR(cell(quality, {"dense"}, "vs_vanilla_percent").value.get<double>(), 20, 1e-9) << "of seed 1";
  EXPECT_TRUE(has(shown(cell(quality, {"dense"}, "vs_vanilla_percent")), " (n=1)")) << format_table(quality, "md");
  EXPECT_EQ(cell(quality, {"random"}, "vs_vanilla_percent").value, "n/a (other seeds)");
  EXPECT_EQ(cell(quality, {"dense+vanilla"}, "vs_vanilla_percent").value, "n/a (other signature)");
}

TEST_F(Tables, TimesAndMemoryOfOtherSeedsAreOfTheSameWork) {
  Sweep other(folder_ / "r.db",
              {a_cell({{"variant", "vanilla"}, {"seq_len", 64}}, 0, 1), a_cell({{"variant", "random"}, {"seq_len", 64}}, 5, 2)}, "other");
  other.finish_all([](const Store::CellState&) { return timed({{0.001, 0.001}}); });
  EXPECT_EQ(cell(table("memory", {.sweep = other.id}), {"random"}, "minus_vanilla_MiB").value, 0.0);
  EXPECT_EQ(cell(table("speed", {.sweep = other.id}), {"random"}, "time_vs_vanilla").value, 1.0);
}

TEST_F(Tables, TheNoteOnIntervalsSpeaksOfTheLinesAboveIt) {
  Sweep other(folder_ / "r.db",
              {a_cell({{"variant", "vanilla"}, {"seq_len", 64}}, 0, 1), a_cell({{"variant", "random"}, {"seq_len", 64}}, 0, 2)}, "other");
  other.finish_all([](const Store::CellState& cell) {
    return cell.config["variant"] == "vanilla" ? timed({{0.001, 0.002}}) : timed({{0.001}, {0.002}, {0.003}});
  });
  std::ofstream(folder_ / "mine.toml") << "caption = \"mine\"\nkind = \"speed\"\nwhere = \"variant = 'random'\"\n"
                                          "[[column]]\nname = \"median\"\nmetric = \"median\"\n";
  const std::string below = notes(table(folder_ / "mine.toml", {.sweep = other.id}));
  EXPECT_TRUE(has(below, "; 3 processes per cell")) << below;
}

TEST_F(Tables, ExplainNamesTheAttempts) {
  const Table speed = table("speed");
  const auto ids = sweep_->store->select("SELECT DISTINCT attempt_id FROM v_result WHERE variant='dense' AND kind='speed' ORDER BY 1");
  EXPECT_EQ(explained(speed, "dense,time_vs_vanilla").size(), 2u) << "one for each length";
  const std::string text = explain(*sweep_->store, speed, "dense,time_vs_vanilla");
  for (const auto& id : ids) EXPECT_TRUE(has(text, "a" + id["attempt_id"].dump() + ": seed ")) << text;
  EXPECT_TRUE(has(text, "commit c0ffee0") && has(text, "command: synthbench bench") && has(text, "host bench-1")) << text;
  EXPECT_FALSE(user_error([&] { explained(speed, "no such row,median_ms"); }).empty());
  EXPECT_FALSE(user_error([&] { explained(speed, "dense,median"); }).empty());
  EXPECT_FALSE(user_error([&] { explained(speed, "dense"); }).empty());
}

TEST_F(Tables, AFileHoldsAQueryOfOnesOwn) {
  const std::string path = folder_ / "mine.sql";
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fputs(
      "-- caption: runs per variant\nSELECT variant, count(*) AS runs FROM v_result WHERE metric='median' GROUP BY variant ORDER BY 1;\n",
      file);
  std::fclose(file);
  const Table mine = table(path);
  EXPECT_EQ(mine.caption, "runs per variant");
  EXPECT_EQ(mine.columns, (std::vector<std::string>{"variant", "runs"}));
  EXPECT_EQ(mine.rows.size(), 3u);
  EXPECT_TRUE(has(user_error([&] { table("sped"); }), "speed"));
  EXPECT_TRUE(has(user_error([&] { table(folder_ / "absent.sql"); }), "absent.sql"));
}

TEST_F(Tables, TheSentenceIsComputedFromTheDatabase) {
  const auto sentence = verdict_sentence(*sweep_->store, sweep_->id);
  ASSERT_TRUE(sentence);
  EXPECT_EQ(sentence->rfind("random is 2.0", 0), 0u) << *sentence;
  EXPECT_TRUE(has(*sentence, "x faster than vanilla [")) << *sentence;
  EXPECT_TRUE(has(*sentence, "] at length 512 on eigen and costs 5.0 % perplexity (n = 2)")) << *sentence;
}

}  // namespace
}  // namespace synthbench
