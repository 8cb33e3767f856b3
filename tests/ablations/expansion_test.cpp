// What a grid expands to, against a plain expander and against numbers counted by hand.
#include "ablations/expansion.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <random>
#include <set>

#include "ablations/grid_override.h"
#include "tests/ablations/grid_fixtures.h"
#include "tests/ablations/plain_expander.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

Expansion expanded(const std::string& text) { return synthbench::expanded(parse_grid(text, "grid.toml")); }

std::vector<Json> cells_of(const Expansion& expansion) {
  std::vector<Json> cells;
  for (std::int64_t i = 0; i < expansion.size(); ++i) {
    const Expansion::Cell cell = expansion.cell(i);
    if (!cell.excluded) cells.push_back({{"config", cell.config.json()}, {"seed", cell.seed}});
  }
  return cells;
}

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  bool chance(double share) { return std::uniform_real_distribution<double>(0, 1)(random_) < share; }
  template <typename T>
  T one(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::vector<Json> some(std::vector<Json> from, std::size_t least) {
    std::shuffle(from.begin(), from.end(), random_);
    from.resize(least + below(from.size() - least + 1));
    return from;
  }

  PlainGrid grid() {
    PlainGrid grid;
    grid.base = {{"heads", one<Json>({2, 4})}, {"d_model", one<Json>({64, 128})}, {"batch", one<Json>({1, 2, 3})}, {"causal", chance(0.5)}};
    const std::vector<Json> names =
        some({"vanilla", "random", "dense", "factorized_random", "factorized_dense", "dense+vanilla", "random+vanilla"}, 2);
    grid.axes = {
        {"backend", some({"eigen", "reference", "torch"}, 1), {}}, {"variant", names, {}}, {"seq_len", some({16, 24, 33, 64, 96}, 1), {}}};
    std::shuffle(grid.axes.begin(), grid.axes.end(), random_);
    const auto variant = std::find_if(grid.axes.begin(), grid.axes.end(), [](const auto& axis) { return axis.name == "variant"; });
    if (chance(0.5))
      grid.axes.insert(variant + 1, {"rank", some({2, 4, 6}, 1), {{"variant", Json({"factorized_random", "factorized_dense"})}}});
    else if (chance(0.7))
      grid.axes.insert(grid.axes.begin() + static_cast<std::ptrdiff_t>(below(4)), {"rank", some({1, 4, 8}, 1), {}});
    if (chance(0.4)) grid.axes.push_back({"mixing", {"sum", "softmax"}, {}});
    if (chance(0.5)) grid.axes.push_back({"seed", some({0, 1, 7}, 1), {}});
    if (chance(0.5))
      grid.zips.push_back(
          {{{"seq_len", {48, 80}, {}}, {"batch", {2, 1}, {}}}, chance(0.5) ? PlainGrid::When{} : PlainGrid::When{{"variant", names[0]}}});
    if (chance(0.7)) {
      grid.excludes.push_back(one<PlainGrid::When>({{{"seq_len", ">24"}},
                                                    {{"variant", names[0]}},
                                                    {{"variant", names[0]}, {"seq_len", "<=24"}},
                                                    {{"backend", "!=eigen"}, {"causal", true}}}));
    }
    if (chance(0.5)) grid.excludes.push_back({{"seq_len", Json({16, 33})}});
    if (chance(0.6)) grid.includes.resize(1 + below(2), {{"variant", "dense"}, {"seq_len", 16}, {"seed", 7}});
    return grid;
  }

 private:
  std::mt19937_64 random_;
};

TEST(GridExpansion, IsThatOfThePlainExpander) {
  SCOPED_TRACE(seed_trace());
  Draw draw(test_seed());
  for (int round = 0; round < 150; ++round) {
    const PlainGrid grid = draw.grid();
    const PlainExpansion plain = plain_expansion(grid);
    const Expansion expansion = expanded(grid.toml());
    SCOPED_TRACE(grid.toml());
    ASSERT_EQ(cells_of(expansion), plain.cells);
    const Expansion::Counts& counts = expansion.counts();
    EXPECT_EQ(counts.product, plain.product);
    EXPECT_EQ(counts.excluded, plain.excluded);
    EXPECT_EQ(counts.duplicates, plain.duplicates);
    EXPECT_EQ(counts.included, plain.included);
    EXPECT_EQ(counts.cells, counts.product + counts.included - counts.excluded - counts.duplicates);
    std::int64_t dropped = 0;
    for (const Expansion::Dropped& one : expansion.dropped()) dropped += one.count;
    EXPECT_EQ(dropped, counts.excluded);
  }
}

TEST(GridExpansion, CornersHaveTheNumberOfCellsCountedByHand) {
  const std::string zip = "[[zip]]\naxes = { seq_len = [32, 64], batch = [2, 1] }\n";
  const std::vector<std::pair<std::string, std::int64_t>> corners = {
      {kVanilla + kShort, 1},
      {kVanilla + axis("seq_len", "\"8,16-64*2,100-102\""), 7},
      {kVanilla + axis("seq_len", "\"1k-3k+1k\""), 3},
      {axis("variant", "\"vanilla,dense\"") + kShort, 2},
      {axis("variant", "[\"vanilla\", \"vanilla\"]") + axis("seq_len", "[16, 16, 32]"), 2},
      {axis("variant", "[\"R\", \"random\", \"D\", \"dense\", \"FR\", \"FD\", \"V\"]") + kShort, 5},
      {axis("variant", "[\"vanilla+random\", \"random+vanilla\", \"R+V\", \"V+R\"]") + kShort, 1},
      {axis("variant", "[\"vanilla\", \"factorized_random\"]") + kShort + axis("rank", "[2, 4, 8]"), 4},
      {axis("seq_len", "[16, 64, 128]") + kVanilla + axis("direction", "[\"fwd\", \"fwdbwd\"]", "{ seq_len = \">=64\" }"), 5},
      {axis("variant", "[\"dense\", \"dense+vanilla\"]") + kShort + axis("mixing", "[\"sum\", \"sigmoid\", \"softmax\"]"), 4},
      {kVanilla + kShort + zip, 3},
      {axis("variant", "[\"vanilla\", \"dense\"]") + kShort + zip + "only = { variant = [\"dense\"] }\n", 4},
      {kVanilla + zip, 2},                                                          // no axis of its keys: one more axis
      {kVanilla + kShort + axis("heads", "[2, 4]", "{ seq_len = \"16-32\" }"), 2},  // a range is a list of values
      {kVanilla + axis("seq_len", "[16, 32, 64]") +
           "[[exclude]]\nwhen = { seq_len = \">16\" }\n[[exclude]]\nwhen = { seq_len = \">=64\" }\n",
       1},
      {kVanilla + axis("seq_len", "[16, 32, 64]") + "[[exclude]]\nwhen = { tokens = \">=32\" }\n", 1},  // tokens = batch x seq_len
      {kVanilla + axis("seq_len", "[16, 32]") + "[[exclude]]\nwhen = { rank = 8 }\n", 2},               // vanilla has no rank
      {kVanilla + axis("seed", "\"0-4\""), 5},
      {kVanilla + axis("kind", "[\"speed\", \"train\"]") + axis("seed", "\"0-1\"", "{ kind = \"train\" }"), 3},
      {kVanilla + kShort + "[[exclude]]\nwhen = { seq_len = 16 }\n[[include]]\nvariant = \"V\"\nseq_len = 16\n", 1},
  };
  for (const auto& [body, cells] : corners) EXPECT_EQ(expanded(kHead + body).counts().cells, cells) << body;
}

TEST(GridExpansion, AnIncludeBringsBackAnExcludedPointOnce) {
  const Expansion expansion =
      expanded(kHead + kVanilla + kShort + "[[exclude]]\nwhen = { seq_len = 16 }\n[[include]]\nvariant = \"V\"\nseq_len = 16\n");
  EXPECT_EQ(expansion.size(), 1);
  EXPECT_EQ(expansion.cell(0).excluded, nullptr);
}

TEST(GridExpansion, ExcludedPointsStayListedWithTheirReason) {
  const Expansion expansion = expanded(kHead + axis("variant", "[\"vanilla\", \"dense\"]") + axis("rank", "[2, 4]") + kShort +
                                       "[[exclude]]\nwhen = { variant = \"dense\" }\nreason = \"not today\"\n");
  ASSERT_EQ(expansion.size(), 2) << "both ranks of dense are one config";
  EXPECT_EQ(*expansion.cell(1).excluded, "not today");
  EXPECT_EQ(expansion.counts().excluded, 2) << "counted per point";
}

TEST(GridExpansion, AnExcludeThatMatchesNothingAndUnknownWordsAreWarnings) {
  const Expansion expansion = expanded(kHead + kVanilla + kShort + axis("rank", "[4]", "{ variant = [\"reformer\", \"vanilla\"] }") +
                                       "[[exclude]]\nwhen = { seq_len = \">9000\" }\n");
  ASSERT_EQ(expansion.warnings().size(), 2u);
  EXPECT_EQ(expansion.warnings()[0],
            "grid.toml:15: axis 'rank' when, variant: 'reformer' is not known to this program and matches nothing");
  EXPECT_EQ(expansion.warnings()[1].rfind("grid.toml:16: [[exclude]] matches nothing", 0), 0u) << expansion.warnings()[1];
}

TEST(GridExpansion, AnExcludeThatMatchesWhatAnotherHasIsNoWarning) {
  const std::string exclude = "[[exclude]]\nwhen = { variant = \"vanilla\" }\n";
  const Expansion expansion = expanded(kHead + kVanilla + kShort + exclude + exclude);
  EXPECT_TRUE(expansion.warnings().empty()) << expansion.warnings().front();
}

TEST(GridExpansion, AnAxisWhoseWhenHoldsNowhereIsAWarning) {
  const Expansion expansion = expanded(kHead + kVanilla + kShort + axis("rank", "[4]", "{ variant = \"dense\" }"));
  ASSERT_EQ(expansion.warnings().size(), 1u);
  EXPECT_EQ(expansion.warnings()[0], "grid.toml:12: axis 'rank': its condition holds nowhere");
  const Expansion derived = expanded(kHead + kVanilla + kShort + axis("rank", "[4]", "{ device = \"cpu\" }"));
  ASSERT_EQ(derived.warnings().size(), 1u);
  EXPECT_NE(derived.warnings()[0].find("'device' follows from other keys"), std::string::npos) << derived.warnings()[0];
}

TEST(GridExpansion, ConditionsSeeWhatThePresetSays) {
  const std::string head = "schema = 1\nname = \"grid\"\nkind = \"train\"\n[base]\ntask = \"lm\"\n\"model.preset\" = \"tiny\"\n";
  const Expansion expansion = expanded(head + axis("variant", "[\"factorized_random\"]") + axis("rank", "[4, 8]", "{ d_model = 128 }"));
  EXPECT_EQ(expansion.counts().cells, 2);
  EXPECT_TRUE(expansion.warnings().empty());
}

TEST(GridExpansion, AnExcludeTakesOutPointsWhoseKeysDoNotGoTogether) {
  const std::string body = kVanilla + kShort + axis("d_model", "[512, 768]") + axis("heads", "[8, 12]");
  const std::string head = "schema = 1\nname = \"grid\"\nkind = \"speed\"\n";
  EXPECT_THROW(expanded(head + body), UserError) << "12 heads do not divide 512";
  const Expansion expansion = expanded(head + body + "[[exclude]]\nwhen = { d_model = 512, heads = 12 }\nreason = \"no head of 42.67\"\n");
  EXPECT_EQ(expansion.counts().product, 4);
  EXPECT_EQ(expansion.counts().excluded, 1);
  EXPECT_EQ(expansion.counts().cells, 3);
  EXPECT_EQ(expansion.size(), 3) << "it has no config to be listed with";
  EXPECT_TRUE(expansion.warnings().empty());
}

TEST(GridExpansion, TokensSetFurtherInBeatABatchSetFurtherOut) {
  const Expansion expansion = expanded(kHead + kVanilla + kShort + axis("tokens", "[64, 128]"));
  EXPECT_EQ(expansion.cell(0).config.integer("batch"), 4);
  EXPECT_EQ(expansion.cell(1).config.integer("batch"), 8);
}

TEST(GridExpansion, MoreThanTenMillionPointsAreRefusedBeforeAnyIsMade) {
  const std::string none = kHead + kVanilla;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(refusal(none + axis("seq_len", "\"64-5063\"") + axis("seed", "\"0-2000\"")),
            "grid.toml:1: the axes have 10,005,000 points, more than the 10,000,000 that are planned");
  for (const char* values : {"\"1-1000000000000\"", "\"1-9223372036854775807\""}) {
    EXPECT_NE(refusal(none + axis("seq_len", values)).find("axis 'seq_len'"), std::string::npos);
  }
  EXPECT_NE(refusal(none + axis("seq_len", "\"1-100000\"") + axis("seed", "\"0-99999\"") + axis("threads", "\"1-4096\"")).find("more than"),
            std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(GridExpansion, AConditionKeepsTheCountExact) {
  const Grid grid = parse_grid(kHead + axis("seq_len", "\"1-4000\"") + axis("seed", "\"0-3999\"", "{ seq_len = \"<=2000\" }"), "grid.toml");
  EXPECT_NO_THROW(Expansion(grid, false)) << "8,002,000 points, although the lengths of the axes multiply to 16,000,000";
}

TEST(GridExpansion, AMillionCellsFitIntoASecondAndLittleMemory) {
  const Grid grid = parse_grid(kHead + axis("variant", "[\"factorized_random\", \"factorized_random+vanilla\"]") +
                                   axis("seq_len", "\"64-5063\"") + axis("rank", "\"1-10\"") + axis("seed", "\"0-9\""),
                               "grid.toml");
  const auto begin = std::chrono::steady_clock::now();
  const Expansion expansion = synthbench::expanded(grid);
  const std::string sha = expansion.sha();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("[          ] 1,000,000 cells: %.2f s, process peak %.0f MiB\n", seconds, static_cast<double>(usage.ru_maxrss) / 1024);
  EXPECT_EQ(expansion.counts().cells, 1'000'000);
  EXPECT_EQ(sha.size(), 64u);
  EXPECT_LT(seconds, 20) << "the aim is one second; this bound is for sanitizers and busy machines";
}

TEST(GridExpansion, PlansOfOneFileAreEqualAndOrderIsPartOfThem) {
  const std::string text = kHead + axis("variant", "[\"vanilla\", \"dense\"]") + kShort,
                    turned = kHead + axis("variant", "[\"dense\", \"vanilla\"]") + kShort;
  EXPECT_EQ(expanded(text).sha(), expanded(text).sha());
  EXPECT_NE(expanded(text).sha(), expanded(turned).sha());
}

TEST(GridExpansion, SmokeIsOneTinyCellPerVariantAndBackend) {
  Expansion expansion(
      parse_grid(kHead + axis("variant", "[\"vanilla\", \"dense\"]") + axis("seq_len", "[512, 1024]") + axis("seed", "\"3-7\"") +
                     axis("backend", "[\"eigen\", \"torch\"]") + "[[include]]\nvariant = \"random\"\nseq_len = 4096\nbackend = \"eigen\"\n",
                 "grid.toml"),
      /*smoke=*/true);
  expansion.expand({});
  ASSERT_EQ(expansion.counts().cells, 5);
  for (std::int64_t i = 0; i < expansion.size(); ++i) EXPECT_LE(expansion.cell(i).config.integer("seq_len"), 32);
}

struct Overridden {
  Grid grid;
  std::vector<std::string> warnings;
  Overridden(const std::string& text, const std::vector<std::pair<std::string, std::string>>& flags) : grid(parse_grid(text, "grid.toml")) {
    for (const auto& [key, values] : flags) override_key(grid, key, values, {"--set " + key + "=" + values, 0, SaidBy::flag}, warnings);
  }
  std::set<std::string> values(const std::string& key) const {
    std::set<std::string> out;
    for (const Json& cell : cells_of(synthbench::expanded(grid))) out.insert(cell["config"].value(key, Json()).dump());
    return out;
  }
};

TEST(GridOverride, AFlagReplacesAnAxisABaseValueOrMakesAnAxis) {
  const std::string text =
      kHead + axis("variant", "[\"vanilla\", \"FR\"]") + axis("seq_len", "[16, 32]") + axis("rank", "[2, 4]", "{ variant = \"FR\" }");
  EXPECT_EQ(Overridden(text, {{"seq_len", "48"}}).values("seq_len"), (std::set<std::string>{"48"}));
  EXPECT_EQ(Overridden(text, {{"batch", "7"}}).values("batch"), (std::set<std::string>{"7"}));
  EXPECT_EQ(Overridden(text, {{"heads", "2,4"}}).values("heads"), (std::set<std::string>{"2", "4"}));
  EXPECT_EQ(Overridden(text, {{"rank", "16"}}).values("rank"), (std::set<std::string>{"16", "null"})) << "the axis keeps its condition";
  EXPECT_EQ(Overridden(text, {{"seq_len", "8"}, {"seq_len", "9"}}).values("seq_len"), (std::set<std::string>{"9"})) << "the later one wins";
  EXPECT_EQ(Overridden(text, {{"tokens", "64"}}).values("batch"), (std::set<std::string>{"4", "2"})) << "beats the batch of the file";
}

TEST(GridOverride, ANewAxisStandsBeforeTheConditionThatLooksAtIt) {
  const Overridden changed(kHead + "heads = 2\n" + kVanilla + axis("seq_len", "[16, 32]", "{ heads = 4 }"), {{"heads", "2,4"}});
  EXPECT_EQ(synthbench::expanded(changed.grid).counts().cells, 3);
}

TEST(GridOverride, FlagsBeatZipsAndIncludes) {
  const std::string text = kHead + kVanilla + axis("seq_len", "[16]") +
                           "[[zip]]\naxes = { seq_len = [64, 96], batch = [2, 1] }\n[[include]]\nvariant = \"dense\"\nseq_len = 128\n";
  const Overridden changed(text, {{"seq_len", "24,40"}});
  EXPECT_EQ(changed.values("seq_len"), (std::set<std::string>{"24", "40"}));
  EXPECT_EQ(changed.values("variant"), (std::set<std::string>{"\"vanilla\"", "\"dense\""}));
  ASSERT_EQ(changed.warnings.size(), 1u) << "the zip adds lengths, which the flag decides";
  EXPECT_NE(changed.warnings[0].find("grid.toml:12: [[zip]]"), std::string::npos) << changed.warnings[0];
  const Overridden column(kHead + kVanilla + "[[zip]]\naxes = { seq_len = [16, 32, 64], heads = [8, 4, 2] }\n", {{"heads", "2"}});
  EXPECT_EQ(column.values("heads"), (std::set<std::string>{"2"}));
  EXPECT_EQ(column.values("seq_len").size(), 3u);
}

TEST(GridOverride, MistakesNameTheFlag) {
  const auto message = [](const std::string& key, const std::string& values) -> std::string {
    try {
      const Overridden changed(kHead + kVanilla + kShort, {{key, values}});
      synthbench::expanded(changed.grid);
    } catch (const UserError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message("d_modle", "3"), "--set d_modle=3: unknown key 'd_modle' (did you mean 'd_model'?)");
  EXPECT_EQ(message("seq_len", "64-16"),
            "--set seq_len=64-16: '64-16' runs downwards (try 16-64; values that move together go into [[zip]])");
  EXPECT_EQ(message("heads", "7"), "--set heads=7: heads 7 does not divide d_model 512 (choose others, or give head_dim)");
}

}  // namespace
}  // namespace synthbench
