// Tables are declared: what a file may say, what it is refused for, and the shapes that it chooses.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "harness/base/error.h"
#include "results/format_markup.h"
#include "results/front.h"
#include "results/paper_values.h"
#include "results/quality.h"
#include "results/sqlite.h"
#include "results/table.h"
#include "results/table_spec.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

const std::vector<std::string> kKeys = {"variant", "rank", "seq_len", "task", "data.name"};

std::string refusal(const std::string& text) {
  return user_error([&] { parse_table(text, "mine.toml", kKeys); });
}

const std::string kHead = "caption = \"mine\"\nkind = \"speed\"\n";

TEST(DeclaredTable, AMistakeIsRefusedWithItsLine) {
  EXPECT_TRUE(has(refusal("caption = \"mine\"\nkind = \"sped\"\n"), "mine.toml:2: unknown kind 'sped' (did you mean 'speed'?)"));
  EXPECT_TRUE(has(refusal("kind = \"speed\"\n"), "mine.toml:1: a table needs a caption"));
  EXPECT_TRUE(has(refusal(kHead + "colour = 3\n[[column]]\nname = \"a\"\n"), "mine.toml:3: unknown key 'colour'"));
  EXPECT_TRUE(has(refusal(kHead), "mine.toml:1: a table needs at least one [[column]]"));
  EXPECT_TRUE(has(refusal(kHead + "[[column]]\nmetric = \"median\"\n"), "mine.toml:3: [[column]] needs a name"));
  EXPECT_TRUE(has(refusal(kHead + "[[column]]\nname = \"a\"\nshow = \"meen\"\n"), "mine.toml:5: unknown column 'a', show 'meen'"));
  EXPECT_TRUE(has(refusal(kHead + "[[column]]\nname = \"a\"\ndigits = 99\n"), "mine.toml:5: column 'a', digits must be a whole number"));
  EXPECT_TRUE(
      has(refusal(kHead + "[[column]]\nname = \"a\"\nformat = \"{meen}\"\n"), "mine.toml:5: column 'a', format: unknown place 'meen'"));
  EXPECT_TRUE(has(refusal(kHead + "where = \"seqlen > 3\"\n[[column]]\nname = \"a\"\n"),
                  "mine.toml:3: where: filter, column 1: unknown column 'seqlen'"));
  EXPECT_TRUE(has(refusal(kHead + "[[column]]\nname = \"a\"\nmetric = \"ppl\"\nshow = \"interval\"\n"),
                  "mine.toml:3: column 'a', show: intervals"));
  EXPECT_TRUE(has(refusal(kHead + "[[column]]\nname = \"a\"\nmetric = \"ppl\"\nover = \"max\"\nbest = true\n"),
                  "mine.toml:3: column 'a', best goes with over = \"mean\" alone"));
  EXPECT_TRUE(has(refusal(kHead + "[[row]]\nlabel = \"x\"\n[[column]]\nname = \"a\"\n"), "[[row]] needs shape = \"rows\""));
  EXPECT_TRUE(has(refusal(kHead + "paper = \"synthesizer\"\n[[column]]\nname = \"a\"\n"), "mine.toml:3: paper 'synthesizer': PAPER/TABLE"));
  EXPECT_TRUE(has(refusal("caption = \"mine\nkind"), "mine.toml:1: not TOML"));
  const std::string claim = kHead + "shape = \"claims\"\n[[claim]]\ntext = \"t\"\nmetric = \"ppl\"\nsource = \"s\"\n";
  EXPECT_TRUE(has(refusal(claim), "better = \"higher\" or \"lower\" is needed, or within"));
  EXPECT_TRUE(has(refusal(claim + "better = \"lower\"\nwithin = 0.1\n"), "one of them"));
  EXPECT_TRUE(has(refusal(claim + "within = -1\n"), "mine.toml:8: claim 't', within must be a number above 0"));
}

TEST(DeclaredTable, ThoseThatAreShippedParse) {
  ASSERT_GE(shipped_tables().size(), 19u);
  for (const ShippedText& file : shipped_tables()) {
    const TableSpec spec = parse_table(file.text, file.name, {});
    EXPECT_FALSE(spec.caption.empty());
    EXPECT_FALSE(tables().at(file.name).caption.empty()) << file.name << " opens with a comment that says what it is for";
  }
}

class Shapes : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<CellRow> cells;
    for (const char* variant : {"vanilla", "random", "dense", "random+vanilla"}) {
      for (const std::int64_t length : {64, 128}) {
        for (const std::int64_t seed : {0, 1, 2}) {
          cells.push_back(a_cell({{"kind", "train"}, {"variant", variant}, {"task", "lm"}, {"data.name", "plays"}, {"seq_len", length}},
                                 seed, std::ssize(cells) + 1));
        }
      }
    }
    sweep_ = std::make_unique<Sweep>(folder_ / "r.db", cells);
    sweep_->finish_all([](const Store::CellState& cell) {
      const std::string variant = cell.config["variant"];
      if (variant == "random+vanilla" && cell.config["seq_len"] == 128) return ended("oom", "it asked for 9 GiB");
      const double base = variant == "vanilla" ? 40 : variant == "random" ? 44 : variant == "dense" ? 40.01 : 30;
      const double longer = cell.config["seq_len"] == 128 ? (variant == "random" ? 1.21 : 1.1) : 1;
      const double seed = static_cast<double>(cell.seed);
      return learnt(base * longer * (1 + 0.001 * seed + (variant == "dense" ? 0.0004 * seed * seed : 0.0)));
    });
  }
  Table table(const std::string& name, TableOptions options = {}) { return make_table(*sweep_->store, name, options); }
  std::string written(const std::string& text) {
    std::ofstream(folder_ / "mine.toml") << text;
    return folder_ / "mine.toml";
  }
  TempFolder folder_;
  std::unique_ptr<Sweep> sweep_;
};

TEST_F(Shapes, AFileOfOnesOwnDeclaresATable) {
  const std::string path = written(
      "caption = \"worst\"\nkind = \"train\"\nwhere = \"seq_len = 64\"\n[[column]]\nname = \"worst_ppl\"\n"
      "metric = \"ppl\"\nover = \"max\"\n");
  const Table mine = table(path);
  EXPECT_EQ(mine.columns, (std::vector<std::string>{"variant", "worst_ppl"})) << "seq_len is constant here";
  EXPECT_TRUE(has(mine.caption, "seq_len 64")) << mine.caption;
  ASSERT_EQ(mine.rows.size(), 4u);
  EXPECT_NEAR(line(mine, {"random"})["worst_ppl"].value.get<double>(), 44 * 1.002, 1e-9);
  EXPECT_TRUE(has(notes(mine), "--explain ROW,COLUMN"));
}

TEST_F(Shapes, BestIsMarkedWhereItIsSignificant) {
  const Table quality = table("quality");
  const auto mark = [&](const char* variant, const char* length) { return line(quality, {variant, length})["ppl"].mark; };
  EXPECT_EQ(mark("random+vanilla", "64"), Mark::best) << format_table(quality, "md");
  EXPECT_EQ(mark("random", "64"), Mark::none);
  EXPECT_EQ(mark("vanilla", "128"), Mark::none) << "dense is as good there";
  EXPECT_EQ(mark("dense", "128"), Mark::none);
  EXPECT_TRUE(has(notes(quality), "Holm-corrected over 4 comparisons")) << notes(quality);
  EXPECT_TRUE(has(format_table(quality, "md"), "**30.03**")) << format_table(quality, "md");
  EXPECT_TRUE(has(format_table(quality, "tex"), "\\textbf{30.03}"));
  EXPECT_TRUE(has(format_table(quality, "html"), "<strong>30.03</strong>"));
  EXPECT_TRUE(has(format_table(quality, "json"), "\"mark\": \"best\""));
  const Table alone = table("quality", {.filter = "seed = 0"});
  for (const auto& row : alone.rows) {
    for (const TableCell& cell : row) EXPECT_EQ(cell.mark, Mark::none);
  }
  EXPECT_TRUE(has(notes(alone), "no best is marked")) << notes(alone);
}

TEST_F(Shapes, NumbersThatWereNotMeasuredAreNoBest) {
  const std::string text =
      "caption = \"c\"\nkind = \"train\"\nshape = \"rows\"\n[[row]]\nlabel = \"a\"\nwhere = \"variant = 'vanilla'\"\n"
      "[[row]]\nlabel = \"b\"\nwhere = \"variant = 'dense'\"\n[[column]]\nname = \"n\"\nmetric = \"parameters\"\nbetter = \"lower\"\nbest "
      "= true\n";
  const Table counts = table(written(text), {.filter = "seq_len = 64"});
  EXPECT_EQ(line(counts, {"a"})["n"].value, 4096) << format_table(counts, "md");
  EXPECT_EQ(line(counts, {"a"})["n"].mark, Mark::none);
}

TEST_F(Shapes, AColumnMaySayWhichIsBetter) {
  const std::string text = "caption = \"c\"\nkind = \"train\"\n[[column]]\nname = \"ppl\"\nmetric = \"ppl\"\nbest = true\n";
  EXPECT_EQ(line(table(written(text)), {"random+vanilla", "64"})["ppl"].mark, Mark::best);
  EXPECT_EQ(line(table(written(text + "better = \"higher\"\n")), {"random", "64"})["ppl"].mark, Mark::best);
}

TEST_F(Shapes, ConfigsBehindOneLabelAreNotAveraged) {
  const Table paper = table("paper2");
  EXPECT_EQ(paper.columns[0], "model");
  EXPECT_EQ(paper.columns[1], "seq_len") << "in it the configs of one label differ";
  EXPECT_NEAR(line(paper, {"Transformer", "128"})["lm1b_ppl"].value.get<double>(), 44 * 1.001, 1e-9);
  EXPECT_EQ(line(paper, {"Synthesizer (Random + Vanilla)", "128"})["lm1b_ppl"].value, "n/a (oom)");
  EXPECT_EQ(line(paper, {"Synthesizer (Fixed Random)"})["lm1b_ppl"].value, "n/a (not run)");
  EXPECT_EQ(line(paper, {"Transformer", "128"})["bleu_ende"].value, "n/a (not run)");
  EXPECT_TRUE(has(notes(paper), "missing: 3 oom: it asked for 9 GiB (3)")) << notes(paper);
}

TEST_F(Shapes, PublishedValuesStandBesideOurs) {
  const TableOptions options{.filter = "seq_len = 64", .paper = true};
  const std::string one =
      "caption = \"c\"\nkind = \"train\"\nshape = \"rows\"\npaper = \"synthesizer/table2\"\n[[row]]\nlabel = \"Synthesizer (Random)\"\n"
      "where = \"variant = 'random'\"\n[[column]]\nname = \"lm1b_ppl\"\nmetric = \"ppl\"\npublished = ";
  const Table paper = table(written(one + "\"plays\"\n"), options);
  EXPECT_EQ(paper.columns, (std::vector<std::string>{"variant", "measure", "published", "ours", "difference", "interval", "n"}));
  auto found = line(paper, {"Synthesizer (Random)", "lm1b_ppl"});
  EXPECT_EQ(shown(found["published"]), "40.60");
  EXPECT_NEAR(found["ours"].value.get<double>(), 44.044, 1e-9);
  EXPECT_NEAR(found["difference"].value.get<double>(), 3.444, 1e-9);
  EXPECT_LT(found["interval"].value[0].get<double>(), 3.444);
  EXPECT_GT(found["interval"].value[1].get<double>(), 3.444);
  EXPECT_EQ(found["n"].value, 3);
  EXPECT_FALSE(has(notes(paper), "no difference")) << notes(paper);
}

TEST_F(Shapes, OtherDataHasNoDifferenceFromWhatWasPublished) {
  const TableOptions options{.filter = "seq_len = 64", .paper = true};
  const Table paper = table("paper2", options);
  auto found = line(paper, {"Synthesizer (Random)", "lm1b_ppl"});
  EXPECT_EQ(shown(found["published"]), "40.60");
  EXPECT_NEAR(found["ours"].value.get<double>(), 44.044, 1e-9);
  EXPECT_EQ(shown(found["difference"]), shown(line(paper, {"Synthesizer (Dense)", "bleu_ende"})["difference"])) << "as where nothing ran";
  EXPECT_FALSE(found["interval"].value.is_array());
  EXPECT_EQ(found["n"].value, 3);
  EXPECT_TRUE(has(notes(paper), "lm1b_ppl: no difference, as the published values are of lm1b")) << notes(paper);
  EXPECT_FALSE(has(notes(paper), "bleu_ende: no difference")) << notes(paper);
  EXPECT_EQ(line(paper, {"Synthesizer (Dense)", "bleu_ende"})["ours"].value, "n/a (not run)");
  EXPECT_TRUE(has(notes(paper), "mt_params and lm_params: sizes of this table")) << notes(paper);
  EXPECT_TRUE(has(paper.caption, "ICML 2021")) << paper.caption;
  EXPECT_TRUE(has(user_error([&] { table("speed", options); }), "--paper"));
}

TEST_F(Shapes, MachinesSideBySideHaveLinesOfTheirOwn) {
  const std::vector<CellRow> cells = {a_cell({{"kind", "train"}, {"task", "lm"}}, 0, 1)};
  Sweep here(folder_ / "two.db", cells, "here"), there(folder_ / "two.db", cells, "there", a_build(), a_machine("bench-2"));
  here.finish_all([](const auto&) { return learnt(40); });
  there.finish_all([](const auto&) { return learnt(50); });
  const Table paper = make_table(*here.store, "paper2", {.across_env = true});
  EXPECT_EQ(paper.columns[1], "machine") << format_table(paper, "md");
  EXPECT_EQ(line(paper, {"Transformer", "bench-1 (Testron 7)"})["lm1b_ppl"].value, 40) << format_table(paper, "md");
  EXPECT_EQ(line(paper, {"Transformer", "bench-2 (Testron 7)"})["lm1b_ppl"].value, 50);
}

TEST_F(Shapes, PublishedValuesAreInTheDatabase) {
  const auto rows = sweep_->store->select(
      "SELECT value, note FROM paper_value WHERE paper='synthesizer' AND tbl='table4' AND row_label='DyConv' AND col_label='log_ppl'");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]["value"], 2.04);
  const std::string note = rows[0]["note"];
  EXPECT_TRUE(has(note, "Table 4") && has(note, "2.038")) << note;
  EXPECT_GT(count(*sweep_->store, "SELECT count(*) FROM paper_value"), 400);
}

TEST_F(Shapes, ACorrectedPublishedValueReachesAnOlderDatabaseAndAUsersOwnStays) {
  const std::string path = folder_ / "r.db", at = " WHERE paper='synthesizer' AND tbl='table4' AND row_label='DyConv' AND col_label=";
  sweep_->store->checkpoint();
  {
    const Connection database(path, Connection::Mode::write, 1);
    database.execute("UPDATE paper_value SET value=99" + at + "'log_ppl'");
    database.execute("UPDATE paper_value SET value=98, note='measured by us'" + at + "'steps_per_sec'");
  }
  const auto value = [&](const std::string& column) {
    const auto found = sweep_->store->select("SELECT value FROM paper_value" + at + "'" + column + "'");
    return found.empty() ? OrderedJson("absent") : found.front()["value"];
  };
  ASSERT_EQ(value("log_ppl"), 99);
  ASSERT_EQ(value("steps_per_sec"), 98);
  const auto shown_value = [&](Store& store, const std::string& column) {
    for (const PaperValue& one : published(store, "synthesizer", "table4").values) {
      if (one.row == "DyConv" && one.column == column) return one.value;
    }
    return 0.0;
  };
  EXPECT_EQ(shown_value(*sweep_->store, "log_ppl"), 2.04) << "also before the file is opened to write";
  const auto store = Store::open_to_write(path);
  EXPECT_EQ(value("log_ppl"), 2.04);
  EXPECT_EQ(value("steps_per_sec"), 98);
  EXPECT_EQ(shown_value(*store, "steps_per_sec"), 98);
}

TEST_F(Shapes, AQualityThatIsNotFiniteIsSaid) {
  Sweep sweep(folder_ / "inf.db", {a_cell({{"kind", "train"}, {"task", "lm"}}, 0, 1), trained("dense", 0, 2, 1)});
  sweep.finish_all([](const Store::CellState& cell) {
    return learnt(cell.config["variant"] == "dense" ? 40 : std::numeric_limits<double>::infinity());
  });
  const Table quality = make_table(*sweep.store, "quality", {});
  EXPECT_EQ(line(quality, {"vanilla"})["ppl"].value, "n/a (not finite)") << format_table(quality, "md");
  EXPECT_EQ(line(make_table(*sweep.store, "paper2", {}), {"Transformer"})["lm1b_ppl"].value, "n/a (not finite)");
}

TEST_F(Shapes, ATaskIsJudgedByItsOwnMetric) {
  const auto judged = [&](const std::string& task, const std::string& data, const std::vector<std::string>& metrics) {
    ConfigFacts row;
    row.config = {{"task", task}, {"data.name", data}};
    row.done.emplace_back();
    for (const std::string& metric : metrics)
      row.done[0].metrics.set({1, std::make_shared<MetricDefinition>(MetricDefinition{.name = metric})});
    return quality_of(row)->metric;
  };
  EXPECT_EQ(judged("glue", "cola", {"accuracy", "matthews", "ppl"}), "matthews");
  EXPECT_EQ(judged("glue", "sst-2", {"accuracy", "matthews", "ppl"}), "accuracy");
  EXPECT_EQ(judged("mt", "multi30k", {"ppl", "bleu", "chrf"}), "bleu");
  EXPECT_EQ(judged("lm", "enwik8", {"ppl", "accuracy"}), "ppl");
  EXPECT_EQ(judged("summarization", "xsum", {"ppl", "rouge1", "rougeLsum"}), "rougeLsum");
  EXPECT_EQ(judged("superglue", "record", {"record_em", "record_f1", "loss"}), "record_f1");
  EXPECT_EQ(judged("superglue", "multirc", {"multirc_em"}), "multirc_em");
  EXPECT_EQ(judged("of another program", "", {"spearman", "loss"}), "spearman");
}

TEST(Front, TiesStandOnItTogether) {
  const auto beaten = beaten_by({{1, 5}, {1, 5}, {1, 6}, {2, 5}, {2, 4}}, "lower");
  EXPECT_FALSE(beaten[0] || beaten[1] || beaten[4]);
  EXPECT_TRUE(beaten[2] && beaten[3]);
  EXPECT_EQ(beaten_by({{1, 5}, {2, 6}, {2, 5}}, "higher")[2], 0u);
}

TEST_F(Shapes, EffectsAndInteractionsAreFactors) {
  const Table effects = table("ablation");
  auto main = line(effects, {"ppl", "variant", "random", "vanilla"});
  EXPECT_NEAR(main["effect_percent"].value.get<double>(), 100 * (std::sqrt(1.1 * 1.21) - 1), 1e-9) << format_table(effects, "md");
  EXPECT_EQ(main["n"].value, 6);
  auto both = line(effects, {"ppl", "variant x seq_len", "random x 128"});
  EXPECT_NEAR(both["effect_percent"].value.get<double>(), 10, 1e-9) << "44 * 1.21 over 40 * 1.1, over 44 over 40";
  auto none = line(effects, {"ppl", "variant x seq_len", "dense x 128"});
  EXPECT_NEAR(none["effect_percent"].value.get<double>(), 0, 1e-9);
  EXPECT_TRUE(has(notes(effects), "Holm-corrected over")) << notes(effects);
}

TEST_F(Shapes, ClaimsHaveVerdicts) {
  const Table claims = table("claims");
  auto lengths = line(claims, {"vanilla beats random on short sequences"});
  EXPECT_EQ(lengths["verdict"].value, "holds") << format_table(claims, "md");
  EXPECT_NEAR(lengths["ours"].value.get<double>(), 40.0 / 44, 1e-9) << "length 64; each scale has a line";
  EXPECT_EQ(line(claims, {"random trains faster than dynconv"})["verdict"].value, "not tried");
  EXPECT_TRUE(has(notes(claims), "Table 4, 4.26 over 2.65")) << notes(claims);
}

TEST_F(Shapes, TheFrontIsWhatNothingBeatsAndGrowthIsFitted) {
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "random", "dense"}) {
    for (const std::int64_t length : {64, 128, 256}) {
      cells.push_back(a_cell({{"variant", variant}, {"seq_len", length}}, 0, std::ssize(cells) + 1));
    }
    cells.push_back(trained(variant, 0, std::ssize(cells) + 1, 4096));
  }
  Sweep sweep(folder_ / "front.db", cells);
  std::mt19937_64 random(7);
  sweep.finish_all([&](const Store::CellState& cell) {
    const std::string variant = cell.config["variant"];
    if (cell.config["kind"] == "train") return learnt(variant == "vanilla" ? 6.0 : variant == "random" ? 6.3 : 6.1);
    const double n = cell.config["seq_len"].get<double>() / 64;
    return timed(launches(variant == "random" ? 1e-3 * n : (variant == "vanilla" ? 2e-3 : 3e-3) * n * n, random));
  });
  const Table front = make_table(*sweep.store, "pareto", {});
  EXPECT_EQ(front.rows.size(), 9u) << format_table(front, "md");
  EXPECT_EQ(line(front, {"random", "64"})["on_the_front"].value, "yes");
  EXPECT_EQ(line(front, {"vanilla", "64"})["on_the_front"].value, "yes");
  EXPECT_EQ(line(front, {"dense", "64"})["on_the_front"].value, "no");
  EXPECT_EQ(line(front, {"dense", "64"})["beaten_by"].value, "vanilla");
  const Table scaling = make_table(*sweep.store, "scaling", {});
  ASSERT_EQ(scaling.rows.size(), 3u) << format_table(scaling, "md");
  auto quadratic = line(scaling, {"vanilla"}), linear = line(scaling, {"random"});
  EXPECT_EQ(quadratic["grows_as"].value, "N^2");
  EXPECT_NEAR(quadratic["exponent"].value.get<double>(), 2, 0.02);
  EXPECT_LT(quadratic["interval"].value[0].get<double>(), 2.005);
  EXPECT_EQ(linear["grows_as"].value, "N");
  EXPECT_EQ(linear["lengths"].value, "64 to 256 (3)");
}

TEST_F(Shapes, LatexCompiles) {
  if (std::system("command -v pdflatex > /dev/null") != 0) GTEST_SKIP() << "no pdflatex here";
  std::string text = "\\documentclass{article}\n\\usepackage{booktabs}\n\\usepackage[T1]{fontenc}\n\\begin{document}\n";
  TableOptions options;
  for (const char* name : {"quality", "ablation", "claims", "paper2"}) text += format_table(table(name), "tex");
  options.paper = true;
  for (const char* name : {"paper4", "paper5", "lra"}) text += format_table(table(name, options), "tex");
  Table awkward{.caption = "-- --- | \xff\xc3 \xe6\xbc\xa2",
                .columns = {"`` '' ?` !`", "%&#_{}$~^\\<>\""},
                .rows = {},
                .notes = {"2 × ± µ – ≥ … → é"}};
  for (int code = 0x20; code < 0x250; ++code) {
    const std::string letter = code < 0x80 ? std::string(1, static_cast<char>(code))
                                           : std::string{static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
    if (code % 32 == 0) awkward.rows.push_back({{.value = ""}, {.value = letter}});
    awkward.rows.back()[0].value = awkward.rows.back()[0].value.get<std::string>() + letter;
  }
  text += format_table(awkward, "tex");
  std::ofstream(folder_ / "t.tex") << text << "\\end{document}\n";
  const std::string folder = folder_ / "";
  EXPECT_EQ(std::system(("cd '" + folder + "' && pdflatex -interaction=nonstopmode -halt-on-error t.tex > t.out").c_str()), 0);
}

}  // namespace
}  // namespace synthbench
