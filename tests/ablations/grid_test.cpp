// Grid files: mistakes with their lines, and what may be written how.
#include "ablations/grid.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "tests/ablations/grid_fixtures.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

struct Mistake {
  const char* name;
  std::string text;
  std::vector<std::string> words;
  int line;
};

const std::string kStart = "schema = 1\nname = \"wrong\"\nkind = \"speed\"\n";
const std::string kGood = kVanilla + kShort;  // lines 4 to 9 behind kStart

std::vector<Mistake> mistakes() {
  const std::string variants = kVanilla;
  return {
      {"unknown key", kStart + "[base]\nd_modle = 64\n" + kGood, {"d_modle", "d_model"}, 5},
      {"unknown dotted key", kStart + "[base]\nmodel.laysers = 64\n" + kGood, {"model.laysers", "model.layers"}, 5},
      {"unknown section", kStart + "[mesure]\nlaunches = 2\n" + kGood, {"section 'mesure'", "measure"}, 4},
      {"unknown axis", kStart + axis("seqlen", "[16]") + kGood, {"axis 'seqlen'", "seq_len"}, 5},
      {"unknown key of an axis", kStart + kGood + axis("rank", "[8]") + "wenn = { variant = \"dense\" }\n", {"wenn", "when"}, 13},
      {"unknown variant", kStart + axis("variant", "[\"vanila\"]") + kShort, {"axis 'variant'", "vanila", "vanilla"}, 4},
      {"unknown term", kStart + axis("variant", "[\"random+vanila\"]") + kShort, {"vanila"}, 4},
      {"unknown backend", kStart + "[base]\nbackend = \"eigne\"\n" + kGood, {"backend", "eigne", "eigen"}, 5},
      {"unknown kind", "schema = 1\nname = \"wrong\"\nkind = \"sped\"\n" + kGood, {"kind", "sped", "speed"}, 3},
      {"unknown word", kStart + "[base]\nmixing = \"softmx\"\n" + kGood, {"mixing", "softmx", "softmax"}, 5},
      {"bad range", kStart + kGood + axis("rank", "\"8x\""), {"axis 'rank': '8x' is not a number or a range (try 8,16 or 8-64*2)"}, 10},
      {"descending", kStart + variants + axis("seq_len", "\"192-128\""), {"axis 'seq_len'", "192-128", "[[zip]]"}, 7},
      {"empty list", kStart + axis("variant", "[]") + kShort, {"axis 'variant'", "empty"}, 4},
      {"empty text", kStart + variants + axis("seq_len", "\"\""), {"axis 'seq_len'", "empty"}, 7},
      {"no values", kStart + variants + "[[axis]]\nname = \"seq_len\"\n", {"axis 'seq_len' needs values"}, 7},
      {"no name", kStart + variants + "[[axis]]\nvalues = [1]\n", {"needs a name"}, 7},
      {"axis twice", kStart + kGood + axis("seq_len", "[32]"), {"axis 'seq_len'", "twice", "line 7"}, 10},
      {"zip of unequal columns",
       kStart + kGood + "[[zip]]\naxes = { seq_len = [32, 64], batch = [1] }\n",
       {"'seq_len' has 2", "'batch' has 1"},
       11},
      {"zip without axes", kStart + kGood + "[[zip]]\nonly = { batch = 1 }\n", {"[[zip]] needs axes"}, 10},
      {"exclude without when", kStart + kGood + "[[exclude]]\nreason = \"x\"\n", {"[[exclude]] needs when"}, 10},
      {"exclude of everything", kStart + kGood + "[[exclude]]\nwhen = {}\n", {"exclude everything"}, 10},
      {"date", kStart + variants + axis("seq_len", "[1979-05-27]"), {"axis 'seq_len'", "1979-05-27", "date"}, 9},
      {"nan", kStart + variants + axis("seq_len", "[nan]"), {"axis 'seq_len'", "nan"}, 9},
      {"list in base", kStart + "[base]\nheads = [2, 4]\n" + kGood, {"heads", "[[axis]]"}, 5},
      {"heads do not divide", kStart + "[base]\nheads = 7\nd_model = 64\n" + kGood, {"heads 7", "d_model 64"}, 5},
      {"longer than max_len", kStart + "[base]\nmax_len = 8\n" + axis("variant", "[\"random\"]") + axis("seq_len", "[16]"), {"16", "8"}, 5},
      {"bad comparison", kStart + kGood + "[[exclude]]\nwhen = { seq_len = \">many\" }\n", {"[[exclude]] when, seq_len", "'many'"}, 11},
      {"texts have no order", kStart + kGood + "[[exclude]]\nwhen = { variant = \">dense\" }\n", {"no order"}, 11},
      {"comparisons in a list", kStart + kGood + "[[exclude]]\nwhen = { seq_len = [\">128\", \"<512\"] }\n", {"seq_len", "alone"}, 11},
      {"misspelt in a condition", kStart + kGood + axis("rank", "[8]", "{ variant = \"denze\" }"), {"denze", "dense"}, 13},
      {"condition on a later axis",
       kStart + kVanilla + axis("rank", "[8]", "{ seq_len = 16 }") + kShort,
       {"axis 'rank'", "'seq_len'", "later"},
       7},
      {"condition on itself", kStart + kVanilla + axis("rank", "[8]", "{ rank = 8 }"), {"axis 'rank'", "itself"}, 7},
      {"newer schema", "schema = 99\nname = \"wrong\"\n" + kGood, {"99", "1"}, 1},
      {"no schema", "name = \"wrong\"\n" + kGood, {"schema = 1"}, 1},
      {"not TOML", kStart + kGood + "[[axis]\n", {"not TOML"}, 10},
      {"key twice", kStart + "[base]\nheads = 4\nheads = 8\n" + kGood, {"heads"}, 6},
      {"key twice in two spellings", kStart + "[base]\nmodel.layers = 4\n\"model.layers\" = 8\n" + kGood, {"model.layers", "twice"}, 6},
      {"one bracket", kStart + "[axis]\nname = \"seq_len\"\n", {"[[axis]]"}, 4},
      {"unknown key of match", kStart + "[match]\nparam = \"10%\"\n" + kGood, {"param", "params"}, 5},
  };
}

TEST(GridFile, MistakesNameFileLineAndWhatIsAllowed) {
  for (const Mistake& mistake : mistakes()) {
    const std::string message = refusal(mistake.text);
    EXPECT_EQ(message.rfind("grid.toml:" + std::to_string(mistake.line) + ": ", 0), 0u) << mistake.name << ": " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << mistake.name;
    for (const std::string& word : mistake.words)
      EXPECT_NE(message.find(word), std::string::npos) << mistake.name << " lacks " << word << ": " << message;
  }
}

TEST(GridFile, WindowsLineEndsAndAByteOrderMarkAreFine) {
  std::string text = "\xef\xbb\xbf";
  for (const char c : kHead + kVanilla + axis("seq_len", "\"8x\"")) text += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(refusal(text).rfind("grid.toml:9: axis 'seq_len': '8x'", 0), 0u) << refusal(text);
}

TEST(GridFile, HostileNestingAndNoiseAreErrors) {
  EXPECT_EQ(refusal(kHead + "x = " + std::string(20000, '[') + std::string(20000, ']') + "\n").rfind("grid.toml:6: not TOML", 0), 0u);
  std::string noise;
  for (int i = 0; i < 2048; ++i) noise += static_cast<char>(i % 256);
  EXPECT_EQ(refusal(noise).rfind("grid.toml:1: not TOML", 0), 0u) << refusal(noise);
  EXPECT_EQ(refusal("").rfind("grid.toml:1: ", 0), 0u);
}

TEST(GridFile, DamagedFilesAreErrorsOrGridsAndNothingElse) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  const std::string whole =
      kHead + axis("variant", "[\"vanilla\", \"R+V\"]") + axis("seq_len", "\"16-64*2,1k\"") +
      axis("rank", "[2, 4]", "{ variant = [\"FR\", \"!=V\"], seq_len = \">=32\" }") +
      "[[zip]]\naxes = { seq_len = [96], batch = [2] }\nonly = { variant = \"V\" }\n[[exclude]]\nwhen = { rank = 4 }\n"
      "reason = \"x\"\n[[include]]\nvariant = \"D\"\nmodel.layers = 2\n[measure]\ncache = [\"hot\"]\n[[table]]\npreset = \"speed\"\n";
  const std::vector<std::string> pieces = {"[",   "]",   "\"",   "=", "-", "*", "k", "\n", "'",    "0",
                                           "1e9", "nan", "true", "{", "}", ",", ".", "+",  "\x80", "#"};
  std::int64_t accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text = whole;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(text.size()), length = below(3);
      text.replace(at, length, below(3) == 0 ? whole.substr(below(whole.size()), below(30)) : pieces[below(pieces.size())]);
    }
    SCOPED_TRACE(text);
    std::string message;
    ASSERT_NO_THROW(message = refusal(text)) << "only user errors are expected";
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    accepted += message == "accepted";
  }
  EXPECT_GT(accepted, 0) << "some changes are harmless";
}

TEST(GridFile, DottedKeysAndSubTablesAreOneSpelling) {
  for (const char* base : {"model.layers = 3\n", "\"model.layers\" = 3\n", "[base.model]\nlayers = 3\n"}) {
    const Grid grid = parse_grid("schema = 1\nkind = \"train\"\n[base]\n" + std::string(base), "some/where.toml");
    ASSERT_EQ(grid.base.size(), 2u) << base;
    EXPECT_EQ(grid.base[0].key, "model.layers") << base;
    EXPECT_EQ(grid.base[0].value, 3) << base;
  }
}

TEST(GridFile, WithoutANameItIsCalledAsTheFile) { EXPECT_EQ(parse_grid("schema = 1\n", "some/where.toml").name, "where"); }

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("synthbench-grid-test-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string refusal_of_file(const std::string& path) {
  try {
    read_grid(path);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(GridFile, ExtendsTakesAFileAndTheExtendingFileWins) {
  const Folder folder;
  folder.write("base.toml", "schema = 1\nname = \"base\"\n[base]\nbatch = 3\nheads = 2\nd_model = 32\n" + axis("seq_len", "[16, 32]") +
                                axis("rank", "[4]") + "[measure]\nlaunches = 5\nmin_samples = 7\n[[table]]\npreset = \"speed\"\n");
  const std::string path =
      folder.write("grid.toml", "extends = [\"base.toml\"]\nschema = 1\nname = \"edge\"\n[base]\nheads = 4\nrank = 2\n" +
                                    axis("seq_len", "[64]") + "[measure]\nlaunches = 1\n");
  const Grid grid = read_grid(path);
  EXPECT_EQ(grid.name, "edge");
  ASSERT_EQ(grid.axes.size(), 1u) << "a value in the extending file ends the axis of that name";
  EXPECT_EQ(grid.axes[0].values, Json({64}));
  EXPECT_EQ(grid.measure.size(), 2u);
  EXPECT_EQ(grid.tables.size(), 1u);
  const Expansion expansion = expanded(grid);
  ASSERT_EQ(expansion.size(), 1);
  const Config config = expansion.cell(0).config;
  EXPECT_EQ(config.integer("batch"), 3);
  EXPECT_EQ(config.integer("heads"), 4);
  EXPECT_EQ(config.integer("d_model"), 32);
}

TEST(GridFile, AnExtendingFileMayAddTheAxisThatAConditionOfTheExtendedOneLooksAt) {
  const Folder folder;
  folder.write("base.toml", "schema = 1\n" + axis("batch", "[1, 2]") + axis("seq_len", "[16, 32]") + "when = { heads = 4 }\n");
  const Grid grid =
      read_grid(folder.write("grid.toml", "extends = \"base.toml\"\nschema = 1\n" + axis("heads", "[2, 4]") + axis("d_model", "[32]")));
  std::vector<std::string> names;
  for (const GridAxis& one : grid.axes) names.push_back(one.name);
  EXPECT_EQ(names, (std::vector<std::string>{"batch", "heads", "seq_len", "d_model"}));
  EXPECT_EQ(expanded(grid).counts().cells, 2 * (1 + 2));
}

TEST(GridFile, AKeyOfTheExtendingFileBeatsAZipOfTheExtendedOne) {
  const Folder folder;
  folder.write("adds.toml", "schema = 1\n" + axis("seq_len", "[16, 32]") + "[[zip]]\naxes = { seq_len = [64], batch = [2] }\n");
  const Grid adds = read_grid(folder.write("grid.toml", "extends = \"adds.toml\"\nschema = 1\n[base]\nseq_len = 8\n"));
  EXPECT_EQ(expanded(adds).counts().cells, 1);
  EXPECT_EQ(expanded(adds).cell(0).config.integer("seq_len"), 8);
  ASSERT_EQ(adds.warnings.size(), 1u);
  EXPECT_NE(adds.warnings[0].find("adds.toml:5: [[zip]] names 'seq_len', which "), std::string::npos) << adds.warnings[0];
  folder.write("axis.toml", "schema = 1\n[[zip]]\naxes = { seq_len = [64, 128], batch = [2, 1] }\n");
  const Grid own = read_grid(folder.write("other.toml", "extends = \"axis.toml\"\nschema = 1\n" + axis("seq_len", "[8]")));
  EXPECT_EQ(expanded(own).counts().cells, 2) << "the batches of the zip stay an axis";
  EXPECT_TRUE(own.warnings.empty());
}

TEST(GridFile, WhatTwoExtendedFilesExtendCountsOnce) {
  const Folder folder;
  folder.write("root.toml", "schema = 1\n[[zip]]\naxes = { batch = [1, 2], seq_len = [16, 32] }\n[[exclude]]\nwhen = { batch = 1 }\n");
  folder.write("left.toml", "schema = 1\nextends = \"root.toml\"\n[base]\nheads = 2\n");
  folder.write("right.toml", "schema = 1\nextends = \"./root.toml\"\n[base]\nd_model = 32\n");
  const Grid grid = read_grid(folder.write("grid.toml", "schema = 1\nextends = [\"left.toml\", \"right.toml\"]\n"));
  EXPECT_EQ(grid.zips.size(), 1u);
  EXPECT_EQ(grid.excludes.size(), 1u);
  EXPECT_EQ(expanded(grid).counts().cells, 1);
}

TEST(GridFile, AKindThatIsSetTwiceIsRefused) {
  EXPECT_EQ(refusal("schema = 1\nkind = \"train\"\n[base]\nkind = \"speed\"\n"), "grid.toml:4: 'kind' is set twice; line 2 has the first");
}

TEST(GridFile, ANameIsOneLineOfText) {
  for (const char* name : {"", "a\\nb", "\\u001b[31m"}) {
    EXPECT_NE(refusal(std::string("schema = 1\nname = \"") + name + "\"\n").find("grid.toml:2: name must be "), std::string::npos) << name;
  }
}

TEST(GridFile, ExtendsInACircleAndMissingFilesAreRefusedByName) {
  const Folder folder;
  folder.write("a.toml", "extends = \"b.toml\"\nschema = 1\n");
  folder.write("b.toml", "schema = 1\nextends = [\"a.toml\"]\n");
  EXPECT_NE(refusal_of_file(folder.path("a.toml")).find("circle"), std::string::npos) << refusal_of_file(folder.path("a.toml"));
  folder.write("self.toml", "extends = \"./self.toml\"\nschema = 1\n");
  EXPECT_NE(refusal_of_file(folder.path("self.toml")).find("circle"), std::string::npos);
  folder.write("c.toml", "schema = 1\nextends = \"absent.toml\"\n");
  EXPECT_NE(refusal_of_file(folder.path("c.toml")).find("c.toml:2: extends: cannot read"), std::string::npos)
      << refusal_of_file(folder.path("c.toml"));
  EXPECT_NE(refusal_of_file(folder.path("absent.toml")).find("absent.toml"), std::string::npos);
  EXPECT_NE(refusal_of_file(folder.path("")).find("cannot read"), std::string::npos);
}

}  // namespace
}  // namespace synthbench
