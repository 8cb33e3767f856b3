// Figures show the numbers of the tables; gnuplot's commands hold every text as a text.
#include "results/plot.h"

#include <cmath>

#include "results/attention_record.h"
#include "results/figure_layout.h"
#include "results/figure_script.h"
#include "results/figure_ticks.h"
#include "results/plots/effects.h"
#include "results/timings.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

class Plots : public testing::Test {
 protected:
  void SetUp() override {
    sweep_ = std::make_unique<Sweep>(folder_ / "r.db", sweep_cells());
    finish(*sweep_);
  }
  Figure figure(const std::string& kind, const TableOptions& options = {}) { return plots().at(kind).build(*sweep_->store, options); }

  static const FigureSeries& series(const Figure& figure, const std::string& label) {
    for (const FigurePanel& panel : figure.panels) {
      for (const FigureSeries& one : panel.series) {
        if (one.label == label) return one;
      }
    }
    throw std::runtime_error("no series " + label);
  }

  TempFolder folder_;
  std::unique_ptr<Sweep> sweep_;
};

TEST_F(Plots, SpeedHasTheNumbersOfTheTable) {
  const Figure speed = figure("speed");
  ASSERT_EQ(speed.panels.size(), 1u);
  EXPECT_EQ(speed.panels[0].series.size(), 3u) << "the one that crashed has no point";
  const Timings timings = read_timings(*sweep_->store, {});
  std::size_t compared = 0;
  for (std::size_t row = 0; row < timings.times.size(); ++row) {
    if (!timings.times[row]) continue;
    const ConfigFacts& facts = timings.cells.rows[row];
    for (const FigurePoint& point : series(speed, facts.text("variant")).points) {
      if (point.x != facts.config["seq_len"].get<double>()) continue;
      EXPECT_EQ(point.y, timings.times[row]->seconds);
      ASSERT_TRUE(point.y_interval);
      EXPECT_EQ(point.y_interval->lo, timings.interval(row)->lo);
      EXPECT_EQ(point.y_interval->hi, timings.interval(row)->hi);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 6u);
  EXPECT_EQ(speed.panels[0].x.scale, FigureAxis::Scale::log2);
  EXPECT_EQ(speed.panels[0].y.scale, FigureAxis::Scale::log10);
  EXPECT_TRUE(has(speed.subtitle, "backend eigen")) << speed.subtitle;
}

TEST_F(Plots, OneLengthIsAListWithTheValuesAlongX) {
  const Figure speed = figure("speed", {.filter = "seq_len = 512"});
  ASSERT_EQ(speed.panels.size(), 1u);
  ASSERT_EQ(speed.panels[0].y.ticks.size(), 3u);
  EXPECT_TRUE(speed.panels[0].y.from_the_top);
  for (const FigureSeries& one : speed.panels[0].series) {
    ASSERT_EQ(one.points.size(), 1u);
    EXPECT_EQ(speed.panels[0].y.ticks[static_cast<std::size_t>(one.points[0].y)].text, one.label);
    EXPECT_NEAR(one.points[0].x, kTimes.at(one.label) * 4, kTimes.at(one.label) * 0.1);
    EXPECT_TRUE(one.points[0].x_interval);
  }
}

TEST_F(Plots, BackendsAreComparedInPanelsVariantsInSeries) {
  std::vector<CellRow> cells;
  for (const char* backend : {"eigen", "torch"}) {
    for (const char* variant : {"vanilla", "dense"}) {
      for (const std::int64_t length : {64, 256}) {
        for (const std::int64_t batch : {2, 8}) {
          cells.push_back(
              a_cell({{"variant", variant}, {"backend", backend}, {"seq_len", length}, {"batch", batch}}, 0, std::ssize(cells) + 1));
        }
      }
    }
  }
  Sweep other(folder_ / "r.db", cells, "two");
  other.finish_all([](const Store::CellState&) { return timed({{0.001, 0.002}}); });
  const Figure both = figure("speed", {.sweep = other.id});
  ASSERT_EQ(both.panels.size(), 4u) << "the batch does not follow from the length here";
  EXPECT_EQ(both.panels[0].title, "eigen, batch 2");
  ASSERT_EQ(both.panels[0].series.size(), 2u);
  const Figure one = figure("speed", {.sweep = other.id, .filter = "variant = 'dense'"});
  ASSERT_EQ(one.panels.size(), 1u) << "one variant: what told panels apart tells series apart";
  EXPECT_EQ(one.panels[0].series.size(), 4u);
}

TEST_F(Plots, TimesOfTwoBuildsAreRefusedWithoutTheFlag) {
  Sweep other(folder_ / "r.db", {a_cell({{"seq_len", 64}}, 0, 1)}, "other", a_build("another"));
  other.finish_all([](const Store::CellState&) { return timed({{0.001, 0.002}}); });
  for (const char* kind : {"speed", "memory"}) {
    EXPECT_TRUE(has(user_error([&] { figure(kind); }), "--across-env")) << kind;
    EXPECT_GE(figure(kind, {.across_env = true}).panels.size(), 2u) << kind;
  }
}

TEST_F(Plots, MemoryIsTheLargestOverSeeds) {
  const Figure memory = figure("memory");
  EXPECT_EQ(series(memory, "random").points.at(0).y, 50e6);
}

TEST_F(Plots, AZeroHasNoPlaceOnALogarithmicAxis) {
  Sweep zero(folder_ / "r.db", {a_cell({{"variant", "vanilla"}}, 0, 1), a_cell({{"variant", "dense"}}, 0, 2)}, "zero");
  zero.finish_all([](const Store::CellState& cell) {
    AttemptResult result = timed({{1e-3}});
    for (MetricRow& metric : result.metrics) {
      if (metric.name == "peak_rss" && cell.config["variant"] == "vanilla") metric.value = 0;
    }
    return result;
  });
  const Figure memory = figure("memory", {.sweep = zero.id});
  EXPECT_EQ(memory.panels.at(0).series.size(), 1u);
  EXPECT_TRUE(has(memory.notes.back(), "not drawn: 1 values of 0 or less")) << memory.notes.back();
  EXPECT_FALSE(gnuplot_script(memory, {}).empty());
  EXPECT_THROW(figure("memory", {.sweep = zero.id, .filter = "variant = 'vanilla'"}), NothingDone);
  for (const auto scale : {FigureAxis::Scale::log2, FigureAxis::Scale::log10}) {
    const DrawnAxis axis = drawn_axis({.scale = scale, .covers = {0, 8}}, {0, 4}, 8);
    EXPECT_GT(axis.lo, 0);
    EXPECT_LT(axis.ticks.size(), 20u);
  }
}

TEST_F(Plots, ParetoHasMeansAndAFrontierOfThoseThatNothingBeats) {
  const Figure pareto = figure("pareto");
  const FigurePoint& dense = series(pareto, "dense").points.at(0);
  EXPECT_NEAR(dense.y, 5.95, 1e-12);
  EXPECT_NEAR(dense.x, 1 / 12.5, 1e-12);
  EXPECT_NEAR(dense.y_interval->hi - dense.y_interval->lo, 2 * 0.1 / std::sqrt(2.0), 1e-9) << "one standard deviation to each side";
  const FigureSeries& line = pareto.panels.at(0).series.at(0);
  ASSERT_EQ(line.drawn, FigureSeries::Drawn::frontier);
  ASSERT_EQ(line.points.size(), 1u) << "all are equally fast: the best is alone";
  EXPECT_NEAR(line.points[0].y, 5.95, 1e-12);
}

TEST_F(Plots, CurvesAreMeansOverSeedsAndSingleStepsAreAveraged) {
  Sweep learning(folder_ / "r.db", {trained("vanilla", 0, 1, 1), trained("vanilla", 1, 2, 1)}, "learning");
  learning.finish_all([](const Store::CellState& cell) {
    AttemptResult result = learnt(6.0);
    const auto loss = [&](const char* split, std::int64_t step, double value) {
      result.metrics.push_back({.name = "loss", .unit = "nats/token", .better = "lower", .split = split, .step = step, .value = value});
    };
    for (std::int64_t step = 1; step <= 800; ++step) loss("train", step, static_cast<double>(step % 2) + static_cast<double>(cell.seed));
    for (const std::int64_t step : {400, 800})
      loss("valid", step, 1000.0 / static_cast<double>(step) + 0.1 * static_cast<double>(cell.seed));
    return result;
  });
  const Figure curves = figure("curves", {.sweep = learning.id});
  ASSERT_EQ(curves.panels.size(), 2u);
  EXPECT_EQ(curves.panels[0].title, "training loss");
  const FigureSeries& train = curves.panels[0].series.at(0);
  EXPECT_EQ(train.points.size(), 80u);
  for (const FigurePoint& point : train.points) EXPECT_NEAR(point.y, 1.0, 1e-12) << "mean of 0, 1 and 1, 2";
  const FigureSeries& valid = curves.panels[1].series.at(0);
  ASSERT_EQ(valid.points.size(), 2u);
  EXPECT_NEAR(valid.points[0].y, 2.55, 1e-12);
  EXPECT_NEAR(valid.points[0].y_interval->hi, 2.55 + 0.1 / std::sqrt(2.0), 1e-12);
}

TEST_F(Plots, WhatTheDatabaseLacksIsSaid) {
  EXPECT_THROW(figure("speed", {.filter = "variant = 'linformer'"}), NothingDone);
  try {
    figure("weights");
    FAIL() << "no training here has left its attention";
  } catch (const NothingDone& nothing) {
    EXPECT_TRUE(has(nothing.what(), "train again")) << nothing.what();
  }
  EXPECT_TRUE(has(user_error([] { plots().at("sped"); }), "speed"));
}

AttentionRecord a_record() {
  LayerRecord layer{.logits = histogram_of({-1, 0, 0.5, 3}, 4), .weights = log_histogram_of({1e-9, 0.01, 0.2, 1.0}, 1e-4, 4)};
  layer.maps = {{{1, 0, 0}, {0.5, 0.5, 0}}, {{1, 0, 0}, {0.25, 0.75, 0}}};
  return {.at_start = {layer}, .at_end = {layer, layer}};
}

TEST_F(Plots, WeightsAndMapsComeFromTheArtifact) {
  Sweep looked(folder_ / "r.db", {trained("vanilla", 0, 1, 1), trained("random", 0, 2, 1)}, "looked");
  write_safetensors(folder_ / "attention.safetensors", to_tensors(a_record()));
  looked.finish_all([](const Store::CellState& cell) {
    AttemptResult result = learnt(6.0);
    if (cell.config["variant"] == "random")
      result.artifacts = {{.name = kAttentionArtifact, .path = "attention.safetensors", .sha256 = "0", .bytes = 1}};
    return result;
  });
  const Figure weights = figure("weights", {.sweep = looked.id});
  ASSERT_EQ(weights.panels.size(), 8u) << "two layers, weights and logits, before and after";
  EXPECT_EQ(weights.panels[1].title, "weights, layer 1, after training");
  ASSERT_EQ(weights.panels[1].series.size(), 1u);
  double share = 0;
  for (const FigurePoint& point : weights.panels[1].series[0].points) share += point.y;
  EXPECT_NEAR(share, 100, 1e-9);
  const Figure maps = figure("maps", {.sweep = looked.id});
  ASSERT_EQ(maps.panels.size(), 2u);
  ASSERT_TRUE(maps.panels[0].image);
  EXPECT_EQ(maps.panels[0].image->cells.size(), 2u);
  EXPECT_NEAR(maps.panels[0].image->cells[1][0], std::sqrt(0.5), 1e-6);
  EXPECT_FALSE(gnuplot_script(maps, {}).empty());
}

TEST(Effects, AreListsByMetricWithALineAtNoEffect) {
  const auto row = [](const char* metric, const char* axis, const char* level, double ratio, double lo, double hi) {
    return std::vector<TableCell>{
        {.value = metric}, {.value = axis}, {.value = level}, {.value = ratio}, {.value = OrderedJson::array({lo, hi})}};
  };
  Table table{.caption = "Ablation", .columns = {"metric", "axis", "level", "ratio", "interval"}, .rows = {}, .notes = {"n = 2"}};
  table.rows = {row("median", "variant", "dense", 1.5, 1.4, 1.6), row("ppl", "variant", "dense", 0.98, 0.95, 1.01),
                row("median", "dtype", "f64", 2.0, 1.9, 2.1)};
  table.rows.push_back(row("median", "rank", "8", 1, 1, 1));
  table.rows.back()[4] = {.value = nullptr, .text = "–"};
  const Figure figure = figure_of_effects(table);
  ASSERT_EQ(figure.panels.size(), 2u);
  EXPECT_EQ(figure.panels[0].title, "median");
  ASSERT_EQ(figure.panels[0].series.size(), 2u) << "no interval, no effect";
  EXPECT_EQ(figure.panels[0].y.ticks[1].text, "dtype f64");
  EXPECT_EQ(figure.panels[0].series[1].points[0].x, 2.0);
  EXPECT_EQ(figure.panels[0].series[1].points[0].x_interval->hi, 2.1);
  EXPECT_EQ(figure.panels[0].x.mark, 1.0);
  EXPECT_EQ(figure.notes, table.notes);
  table.columns[3] = "effect_ms";
  EXPECT_EQ(figure_of_effects(table).panels[0].x.mark, 0.0);
  table.rows.resize(0);
  EXPECT_THROW(figure_of_effects(table), NothingDone);
}

TEST(AttentionRecords, AFileGivesBackWhatWasWritten) {
  const AttentionRecord record = a_record(), again = attention_record(to_tensors(record));
  ASSERT_EQ(again.at_end.size(), 2u);
  EXPECT_EQ(again.at_start[0].logits.counts, (std::vector<double>{1, 2, 0, 1})) << "-1; 0 and 0.5; 3";
  EXPECT_EQ(again.at_start[0].weights.counts, (std::vector<double>{1, 0, 1, 2})) << "decades: too small, then 0.01 at an edge; 0.2 and 1";
  EXPECT_EQ(again.at_end[1].maps, record.at_end[1].maps);
  EXPECT_NEAR(record.at_start[0].logits.density()[1], 2 / 4.0 / 1.0, 1e-12);
}

TEST(FigureScript, NoTextIsACommand) {
  Figure figure{.title = "it's\nset output 'x'", .subtitle = "`touch x` \"$(touch x)\"", .panels = {{.title = "a'b"}}};
  figure.panels[0].series.push_back({.label = "x' ; !touch x", .points = {{.x = 1, .y = 2}}});
  const std::string script = gnuplot_script(figure, {});
  EXPECT_TRUE(has(script, "'it''s set output ''x'''")) << script;
  EXPECT_TRUE(has(script, "'x'' ; !touch x'")) << script;
  EXPECT_TRUE(has(script, "noenhanced")) << "no markup";
  for (std::size_t line = 0; line < script.size(); line = script.find('\n', line) + 1) {
    EXPECT_NE(script.compare(line, 10, "set output"), 0) << script;
    if (script.find('\n', line) == std::string::npos) break;
  }
}

TEST(FigureScript, SeriesDifferInColourMarkAndDash) {
  Figure figure{.panels = {{}}};
  for (int i = 0; i < 30; ++i)
    figure.panels[0].series.push_back({.label = "s" + std::to_string(i), .points = {{.x = 1, .y = 2}, {.x = 2, .y = 3}}});
  const std::string script = gnuplot_script(figure, {});
  std::set<std::string> looks;
  std::size_t found = 0;
  for (std::size_t at = script.find("with linespoints"); at != std::string::npos; at = script.find("with linespoints", at + 1), ++found) {
    looks.insert(script.substr(at, script.find_first_of(",\n", script.find("lc rgb", at)) - at));
  }
  EXPECT_EQ(found, 30u);
  EXPECT_EQ(looks.size(), 30u);
}

TEST(FigureLayouts, ALegendOfLongNamesStaysInside) {
  Figure figure{.panels = {{}}};
  for (int i = 0; i < 12; ++i) {
    figure.panels[0].series.push_back({.label = std::string("factorized_random+factorized_dense+vanilla rank ") + std::to_string(i) +
                                                " mixing softmax table_init normal:0.02 synthesizer bottleneck_conv_relu_conv",
                                       .points = {{.x = 1, .y = 2}}});
  }
  for (const double width : {350.0, 900.0}) {
    const FigureLayout layout = layout_of(figure, width, true);
    ASSERT_EQ(layout.legend.size(), 12u);
    for (const LegendEntry& entry : layout.legend) {
      for (const std::string& line : entry.lines) EXPECT_LE(entry.x + kSampleWidth + text_width(line, kFontSize), width) << line;
      EXPECT_GT(entry.y - kLineHeight * (static_cast<double>(entry.lines.size()) - 0.5), 0);
      EXPECT_LT(entry.y, layout.panels[0].plot.bottom);
    }
  }
}

TEST(FigureTicks, AreRoundAndFew) {
  const auto texts = [](const FigureAxis& axis, std::vector<double> values) {
    std::string out;
    for (const FigureAxis::Tick& tick : drawn_axis(axis, std::move(values), 8).ticks) out += tick.text + " ";
    return out;
  };
  const FigureAxis time{.scale = FigureAxis::Scale::log10, .text = [](double s) { return std::to_string(s); }};
  EXPECT_EQ(texts({}, {0, 100}), "0 20 40 60 80 100 ");
  EXPECT_EQ(texts({.scale = FigureAxis::Scale::log10}, {1.5, 60}), "2 5 10 20 50 ");
  EXPECT_EQ(texts({.scale = FigureAxis::Scale::log10}, {1e-6, 1e3}), "1e-05 0.001 0.1 10 1000 ");
  EXPECT_EQ(texts({.scale = FigureAxis::Scale::log2}, {128, 512, 256, 300}), "128 256 300 512 ");
  EXPECT_EQ(texts(time, {0.011, 0.012}), texts(time, {0.012, 0.011}));
  EXPECT_GE(drawn_axis(time, {0.011, 0.012}, 8).ticks.size(), 3u) << "less than a decade";
}

}  // namespace
}  // namespace synthbench
