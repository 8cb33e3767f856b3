// Numbers of one name that were computed in several ways: which of them is shown, and what is compared.
#include <cmath>
#include <fstream>
#include <functional>

#include "results/compare.h"
#include "results/table.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

/// Trainings of vanilla and dense, three seeds each.
class Signatures : public testing::Test {
 protected:
  /// What an attempt has of perplexity, by signature.
  using Ways = std::map<std::string, double>;
  void train(const std::function<Ways(const std::string& variant, std::int64_t seed)>& ways) {
    std::vector<CellRow> cells;
    for (const char* variant : {"vanilla", "dense"}) {
      for (const std::int64_t seed : {0, 1, 2}) cells.push_back(trained(variant, seed, std::ssize(cells) + 1, 10));
    }
    sweep_ = std::make_unique<Sweep>(folder_ / "r.db", cells);
    sweep_->finish_all([&](const Store::CellState& cell) {
      AttemptResult result = ended("done", "");
      for (const auto& [signature, value] : ways(cell.config["variant"], cell.seed)) {
        for (const char* name : {"ppl", "token_accuracy"}) {
          MetricRow row{.name = name, .signature = signature, .unit = "1", .better = "lower", .split = "test"};
          row.value = value;
          result.metrics.push_back(row);
        }
      }
      return result;
    });
  }
  Table quality() { return make_table(*sweep_->store, "quality", {}); }
  Table written(const std::string& text) {
    std::ofstream(folder_ / "mine.toml") << text;
    return make_table(*sweep_->store, folder_ / "mine.toml", {});
  }

  TempFolder folder_;
  std::unique_ptr<Sweep> sweep_;
};

TEST_F(Signatures, AnAttemptThatWasScoredAnewSpeaksAsTheOthersDo) {
  train([](const std::string& variant, std::int64_t seed) {
    return variant == "dense" && seed == 1 ? Ways{{"v:1", 99}, {"v:2", 44}} : Ways{{"v:2", variant == "dense" ? 44 : 40}};
  });
  const Table table = quality();
  EXPECT_EQ(line(table, {"dense"})["ppl"].value, 44) << format_table(table, "md");
  EXPECT_EQ(shown(line(table, {"dense"})["vs_vanilla_percent"]), "+10.0 %");
  EXPECT_FALSE(has(notes(table), "computed in 2 ways")) << notes(table);
  EXPECT_TRUE(
      has(notes(table),
          "some attempts also have ppl in other ways (v:1 on test); shown of each is the way that most attempts have, of equals the "
          "text that sorts first"))
      << notes(table);
}

TEST_F(Signatures, OfEqualsTheOneThatSortsFirstIsShown) {
  train([](const std::string&, std::int64_t) { return Ways{{"v:2", 44}, {"v:1", 20}}; });
  EXPECT_EQ(line(quality(), {"dense"})["ppl"].value, 20);
}

TEST_F(Signatures, SeedsThatAreNotComparedDoNotSpoilThoseThatAre) {
  train([](const std::string& variant, std::int64_t seed) {
    if (variant == "vanilla") return seed == 2 ? Ways{} : Ways{{"v:2", 40}};
    return seed == 2 ? Ways{{"v:1", 99}} : Ways{{"v:2", 44}};
  });
  EXPECT_EQ(shown(line(quality(), {"dense"})["vs_vanilla_percent"]), "+10.0 % (n=2)") << format_table(quality(), "md");
}

TEST_F(Signatures, APairIsComparedByTheWayThatAllItsCellsHave) {
  train([](const std::string& variant, std::int64_t seed) {
    const double value = variant == "dense" ? 44 + 0.2 * static_cast<double>(seed) : 40 + 0.1 * static_cast<double>(seed);
    return variant == "dense" ? Ways{{"v:2", value}} : Ways{{"v:1", 99}, {"v:2", value}};
  });
  const TableOptions vanilla{.filter = "variant = 'vanilla'"};
  EXPECT_EQ(line(make_table(*sweep_->store, "quality", vanilla), {"vanilla"})["ppl"].value, 99) << "alone, what sorts first is shown";
  const Comparison row =
      compare(*sweep_->store, side_named(*sweep_->store, "vanilla", {}), side_named(*sweep_->store, "dense", {}), {}).rows.at(0);
  EXPECT_EQ(row.verdict, "worse") << row.note;
  EXPECT_NEAR(*row.a->value, 40.1, 1e-12);
  EXPECT_NEAR(*row.ratio, 44.2 / 40.1, 1e-12);
  EXPECT_EQ(row.note, "3 seeds in common; compared as both sides have it: v:2");
}

TEST_F(Signatures, APairOfWhichOneCellLacksTheWayOfTheOthersIsNotCompared) {
  train([](const std::string& variant, std::int64_t seed) {
    if (variant == "dense") return Ways{{"v:2", 44}};
    return seed == 1 ? Ways{{"v:1", 40}} : Ways{{"v:1", 40}, {"v:2", 40}};
  });
  const Comparison row =
      compare(*sweep_->store, side_named(*sweep_->store, "vanilla", {}), side_named(*sweep_->store, "dense", {}), {}).rows.at(0);
  EXPECT_EQ(row.verdict, "ambiguous");
  EXPECT_EQ(row.note, "ppl was computed in several ways: v:1; v:2");
  EXPECT_FALSE(row.p);
}

TEST_F(Signatures, NotesSpeakOfTheLinesAndColumnsAboveThem) {
  train([](const std::string& variant, std::int64_t) { return variant == "dense" ? Ways{{"v:1", 44}, {"v:2", 44}} : Ways{{"v:1", 40}}; });
  EXPECT_TRUE(has(notes(quality()), "some attempts also have ppl in other ways (v:2 on test)")) << notes(quality());
  EXPECT_FALSE(has(notes(quality()), "some attempts also have token_accuracy")) << notes(quality());
  const std::string column = "\n[[column]]\nname = \"ppl\"\nmetric = \"ppl\"\n", head = "caption = \"mine\"\nkind = \"train\"\n";
  EXPECT_TRUE(has(notes(written(head + column)), "some attempts also have ppl in other ways (v:2 on test)"));
  EXPECT_FALSE(has(notes(written(head + "where = \"variant = 'vanilla'\"" + column)), "some attempts also have"));
  const std::string rows = head + "shape = \"rows\"\n[[row]]\nlabel = \"one\"\nwhere = \"variant = 'vanilla'\"\n";
  EXPECT_FALSE(has(notes(written(rows + column)), "some attempts also have"));
}

TEST_F(Signatures, RowsThatATableLeavesOutHaveNoSayInHowItsOwnSpeak) {
  train([](const std::string& variant, std::int64_t seed) {
    if (variant == "vanilla") return Ways{{"v:2", 40}};
    return seed == 2 ? Ways{{"v:1", 44}, {"v:2", 99}} : Ways{{"v:1", 44}};
  });
  EXPECT_TRUE(has(notes(quality()), "computed in 2 ways")) << notes(quality());
  const std::string head = "caption = \"mine\"\nkind = \"train\"\n", column = "\n[[column]]\nname = \"ppl\"\nmetric = \"ppl\"\n";
  const Table configs = written(head + "where = \"variant = 'dense'\"" + column);
  EXPECT_EQ(configs.rows.at(0).back().value, 44) << format_table(configs, "md");
  const Table rows = written(head + "shape = \"rows\"\n[[row]]\nlabel = \"one\"\nwhere = \"variant = 'dense'\"\n" + column);
  EXPECT_EQ(line(rows, {"one"})["ppl"].value, 44) << format_table(rows, "md");
}

TEST_F(Signatures, SidesOfAClaimThatWereComputedOtherwiseAreNotJudged) {
  train([](const std::string& variant, std::int64_t) { return Ways{{variant == "dense" ? "v:1" : "v:2", 40}}; });
  const Table claims = written(
      "caption = \"c\"\nkind = \"train\"\nshape = \"claims\"\n[[claim]]\ntext = \"dense is better\"\nmetric = \"ppl\"\n"
      "better = \"lower\"\na = \"variant = 'dense'\"\nb = \"variant = 'vanilla'\"\nsource = \"ours\"\n");
  auto judged = line(claims, {"dense is better"});
  EXPECT_EQ(judged["ours"].value, "n/a (other signature)") << format_table(claims, "md");
  EXPECT_EQ(judged["verdict"].value, "not judged");
  EXPECT_EQ(judged["n"].value, 0);
}

TEST_F(Signatures, PairsOfAClaimThatWereComputedOtherwiseAreCountedBesideTheOthers) {
  std::vector<CellRow> cells;
  const auto add = [&](const Json& own) {
    for (const std::int64_t seed : {0, 1, 2}) {
      Json config = {{"kind", "train"}, {"task", "lm"}, {"data.name", "plays"}};
      config.update(own);
      cells.push_back(a_cell(config, seed, std::ssize(cells) + 1));
    }
  };
  add({{"variant", "vanilla"}});
  add({{"variant", "random"}, {"table_init", "glorot"}});
  add({{"variant", "random"}, {"table_init", "normal:1"}});
  sweep_ = std::make_unique<Sweep>(folder_ / "r.db", cells);
  sweep_->finish_all([](const Store::CellState& cell) {
    const bool otherwise = cell.config.value("table_init", "") == "normal:1";
    AttemptResult result = learnt(cell.config["variant"] == "vanilla" ? 40 : otherwise ? 90 : 44);
    for (MetricRow& metric : result.metrics) metric.signature = otherwise ? "v:2" : "v:1";
    return result;
  });
  const Table claims = written(
      "caption = \"c\"\nkind = \"train\"\nshape = \"claims\"\n[[claim]]\ntext = \"random is better\"\nmetric = \"ppl\"\n"
      "better = \"lower\"\na = \"variant = 'random'\"\nb = \"variant = 'vanilla'\"\nsource = \"ours\"\n");
  ASSERT_EQ(claims.rows.size(), 1u) << format_table(claims, "md");
  auto judged = line(claims, {"random is better"});
  EXPECT_NEAR(judged["ours"].value.get<double>(), 1.1, 1e-9);
  EXPECT_EQ(judged["n"].value, 3);
  EXPECT_EQ(judged["ours"].attempts.size(), 6u);
  EXPECT_TRUE(has(notes(claims),
                  "random is better (" + shown(judged["scale"]) + "): left out: 1 of 2 pairs, whose sides were computed in several ways\n"))
      << notes(claims);
}

TEST_F(Signatures, EffectsAreOfPairsThatWereComputedAlike) {
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "dense"}) {
    for (const char* tokenizer : {"chars", "bpe"}) {
      for (const std::int64_t seed : {0, 1}) {
        const Json config = {{"kind", "train"}, {"variant", variant}, {"task", "lm"}, {"data.tokenizer", tokenizer}};
        cells.push_back(a_cell(config, seed, std::ssize(cells) + 1));
      }
    }
  }
  sweep_ = std::make_unique<Sweep>(folder_ / "r.db", cells);
  sweep_->finish_all([](const Store::CellState& cell) {
    const bool vanilla = cell.config["variant"] == "vanilla", chars = cell.config["data.tokenizer"] == "chars";
    AttemptResult result = ended("done", "");
    MetricRow ppl{.name = "ppl", .signature = chars ? "tok:chars" : "tok:bpe", .unit = "1", .better = "lower", .split = "test"};
    if (!vanilla && !chars && cell.seed == 1) ppl.signature = "tok:bpe|vocab:other";
    ppl.value = vanilla ? (chars ? 4 : 40) : chars ? 5 : 44;
    result.metrics.push_back(ppl);
    return result;
  });
  const Table effects = make_table(*sweep_->store, "ablation", {});
  ASSERT_EQ(effects.rows.size(), 1u) << format_table(effects, "md");
  auto dense = line(effects, {"ppl", "variant", "dense", "vanilla"});
  EXPECT_NEAR(dense["effect_percent"].value.get<double>(), 100 * (std::cbrt(1.25 * 1.25 * 1.1) - 1), 1e-9);
  EXPECT_EQ(dense["n"].value, 3);
  EXPECT_EQ(dense["effect_percent"].attempts.size(), 6u) << "of those pairs alone";
  EXPECT_TRUE(has(notes(effects),
                  "ppl: pairs that were computed in several ways are left out: 4 of data.tokenizer, 1 of variant, "
                  "2 of variant x data.tokenizer\n"))
      << notes(effects);
}

}  // namespace
}  // namespace synthbench
