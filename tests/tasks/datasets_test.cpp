// Every data set in its official layouts: counts, fixtures, splits.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/words.h"
#include "tasks/datasets/data_set.h"
#include "tasks/datasets/unpack.h"
#include "tasks/datasets/verify.h"
#include "tests/tasks/scratch.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

std::string shared_data() {
  const char* own = std::getenv("SYNTHBENCH_DATA");
  return own != nullptr ? own : std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/data";
}

class RealData : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(folder_ + "/MANIFEST.tsv")) GTEST_SKIP() << "no folder of real data with a MANIFEST.tsv: " << folder_;
  }
  std::string folder_ = shared_data();
  WithEnvironment data_{"SYNTHBENCH_DATA", folder_.c_str()};
};

/// Examples of each split, by data/README.md: lines, or what they hold.
const std::map<std::string, std::map<std::string, std::int64_t>>& counts() {
  static const std::map<std::string, std::map<std::string, std::int64_t>> all = {
      {"wikitext-2", {{"train", 36718}, {"valid", 3760}, {"test", 4358}}},
      {"tinyshakespeare", {{"train", 40000}}},
      {"enwik8", {{"train", 46678}}},
      {"lm1b", {{"train", 15}, {"valid", 15}}},
      {"emnlp-news", {{"train", 10000}}},
      {"c4", {{"train", 1000}}},
      {"openwebtext", {{"train", 1000}}},
      {"multi30k",
       {{"train", 29000},
        {"valid", 1014},
        {"test", 1000},
        {"test_2017_flickr", 1000},
        {"test_2017_mscoco", 461},
        {"test_2018_flickr", 1071}}},
      {"multi30k-en-fr",
       {{"train", 29000},
        {"valid", 1014},
        {"test", 1000},
        {"test_2017_flickr", 1000},
        {"test_2017_mscoco", 461},
        {"test_2018_flickr", 1071}}},
      {"newstest-en-de", {{"train", 2051 + 2525 + 2489 + 3003 + 3003}, {"valid", 3000}, {"test", 3003}}},
      {"newstest-en-fr", {{"train", 2051 + 2525 + 2489 + 3003 + 3003}, {"valid", 3000}, {"test", 3003}}},
      {"wmt14-en-de", {{"valid", 3000}, {"test", 3003}}},
      {"wmt14-en-fr", {{"valid", 3000}, {"test", 3003}}},
      {"wmt14-ende-sample", {{"train", 10000}, {"valid", 3000}, {"test", 2737}}},
      {"tatoeba", {{"test", 17565}}},
      {"tatoeba-en-fr", {{"test", 12681}}},
      {"ag_news", {{"train", 10429}, {"test", 7600}}},
      {"imdb", {{"train", 5000}, {"test", 5000}}},
      {"listops", {{"test", 10000}}},
      {"cola", {{"train", 8551}, {"valid", 1043}, {"test", 1063}}},
      {"cola-public", {{"train", 8551}, {"valid", 527}, {"out_of_domain", 516}}},
      {"sst-2", {{"train", 67349}, {"valid", 872}, {"test", 1821}}},
      {"sts-b", {{"train", 5749}, {"valid", 1500}, {"test", 1379}}},
      {"qqp", {{"train", 19999}, {"valid", 3497}}},  // 20,000 rows, one of them malformed
      {"qnli", {{"train", 10475}, {"valid", 5463}}},
      {"mnli", {{"valid", 9815}, {"textfooler_matched", 1000}, {"textfooler_mismatched", 1000}}},
      {"rte", {{"train", 2490}, {"valid", 277}, {"test", 3000}}},
      {"ax", {{"test", 1104}, {"test_full", 1104}}},
      {"boolq", {{"train", 32}, {"valid", 3270}, {"test", 3245}}},
      {"cb", {{"train", 250}, {"valid", 56}, {"test", 250}}},
      {"copa", {{"train", 400}, {"valid", 100}, {"test", 500}}},
      {"superglue-rte", {{"train", 2490}, {"valid", 277}, {"test", 3000}}},
      {"wsc", {{"train", 554}, {"valid", 104}, {"test", 146}}},
      {"ax-b", {{"test", 1104}}},
      {"ax-g", {{"test", 356}}},
      {"multirc", {{"train", 27243}, {"valid", 4848}, {"test", 9693}}},
      {"cnn_dailymail", {{"train", 100}, {"valid", 500}, {"test", 500}}},
      {"xsum", {{"test", 1000}}},
      {"personachat", {{"valid", 7025}}},
      {"personachat-revised", {{"valid", 7025}}},
  };
  return all;
}

TEST_F(RealData, LoadsWithTheCountsOfItsReadme) {
  for (const auto& [name, splits] : counts()) {
    std::map<std::string, std::int64_t> found;
    for (const Verified& verdict : verify(name)) {
      EXPECT_EQ(verdict.detail, "") << name << " " << verdict.split;
      EXPECT_GT(verdict.examples, 0) << name << " " << verdict.split << " " << verdict.files;
      if (verdict.used) found[verdict.split] = verdict.examples;
    }
    for (const auto& [split, examples] : splits) EXPECT_EQ(found[split], examples) << name << " " << split;
  }
}

TEST_F(RealData, LabelsOfTestSetsAreKeptBack) {
  for (const char* name : {"cola", "sst-2", "sts-b", "rte", "boolq", "cb", "copa", "multirc", "superglue-rte", "wsc"}) {
    for (const Verified& verdict : verify(name)) {
      EXPECT_EQ(verdict.hidden, verdict.split == "test" ? verdict.examples : 0) << name << " " << verdict.split;
    }
  }
}

TEST_F(RealData, ADialogueKnowsItsPersonaAndHistory) {
  const Examples examples = NamedData("personachat").read(Split::train);
  Record record;
  ASSERT_TRUE(examples(record));
  EXPECT_EQ(record.at("history"), "");
  EXPECT_NE(record.at("persona"), "");
  const std::string first = record.at("source") + "\n" + record.at("target");
  ASSERT_TRUE(examples(record));
  EXPECT_EQ(record.at("history"), first);
}

TEST_F(RealData, DescriptionsArePairedBySentenceAndParagraph) {
  std::map<std::string, std::int64_t> pairs;
  for (const char* name : {"ddtp", "ddtp-en-fr"}) {
    for (const Verified& verdict : verify(name)) pairs[name] = verdict.examples;
  }
  // A script of a few lines gave these. The README counts about 40,600 and 63,600: also verbatim paragraphs, and those of texts
  // that have more of them in one language, which need not belong together.
  EXPECT_EQ(pairs["ddtp"], 38843);
  EXPECT_EQ(pairs["ddtp-en-fr"], 57290);
}

/// Files that are no data: what is said about them.
bool is_about_data(const std::string& path) {
  for (const char* end : {"LICENSE.txt", "readme.txt", "classes.txt"}) {
    if (path.ends_with(end)) return true;
  }
  return path.starts_with("metrics/") || path.starts_with("format-fixtures/");
}

TEST_F(RealData, EveryFileOfTheManifestIsReadWithItsLinesBytesAndSum) {
  struct Read {
    std::int64_t lines, bytes, files;
    std::string sha256;
  };
  std::map<std::string, Read> read;
  for (const auto& [name, data] : data_sets()) {
    for (const SplitHere& here : splits_here(data, true)) {
      if (here.folder != folder_) continue;
      for (const std::vector<DataFile>& stream : here.streams) {
        for (const DataFile& file : stream) {
          const std::string path = fs::path(file.path).lexically_relative(folder_).string();
          const std::string key = file.member.empty() ? path : path + "!" + file.member;
          if (read.contains(key)) continue;
          const auto tally = std::make_shared<Tally>();
          DataStream bytes({file}, tally);
          std::vector<char> block(1 << 16);
          while (bytes.next_file()) {
            while (bytes.read(block.data(), block.size()) > 0) {
            }
          }
          read[key] = {tally->lines, tally->bytes, tally->files, tally->sum.hex()};
          if (!file.member.empty()) read[path] = read[key];
        }
      }
    }
  }
  std::ifstream manifest(folder_ + "/MANIFEST.tsv");
  std::string line;
  std::getline(manifest, line);
  const std::vector<std::string> header = split(line, '\t');
  const auto column = [&](const std::string& name) {
    const auto found = std::ranges::find(header, name);
    EXPECT_NE(found, header.end()) << "MANIFEST.tsv has no column " << name;
    return static_cast<std::size_t>(found - header.begin());
  };
  int looked_at = 0;
  for (; std::getline(manifest, line);) {
    const std::vector<std::string> fields = split(line, '\t');
    const std::string& path = fields[0];
    if (is_about_data(path)) continue;
    ++looked_at;
    EXPECT_TRUE(read.contains(path)) << path << " is read by no data set";
    if (!read.contains(path)) continue;
    if (fields[3] == "-" || path.ends_with(".tar.gz")) continue;
    EXPECT_EQ(std::to_string(read[path].lines), fields[3]) << path;
    EXPECT_EQ(std::to_string(read[path].bytes), fields[4]) << path;
    EXPECT_EQ(read[path].sha256, fields[5]) << path;
  }
  EXPECT_GT(looked_at, 100);
  EXPECT_EQ(column("lines"), 3u);
}

struct Fixture {
  const char *file, *root, *data_set;
  std::map<std::string, std::int64_t> examples;
};

TEST_F(RealData, ArchivesInTheLayoutOfTheRealDownloadsLoad) {
  const std::vector<Fixture> fixtures = {
      {"c4-en", "dummy_data", "c4", {{"train", 1}, {"valid", 1}}},
      {"cnn_dailymail-3.0.0", "dummy_data", "cnn_dailymail", {{"train", 3}, {"valid", 2}, {"test", 2}}},
      {"gigaword", "dummy_data", "gigaword", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"wikitext-103-v1", "dummy_data", "wikitext-103", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"wikitext-2-raw-v1", "dummy_data", "wikitext-2-raw", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"xsum", "dummy_data", "xsum", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"wmt14-cs-en", "dummy_data", "wmt14-cs-en", {{"train", 3}, {"valid", 1}, {"test", 1}}},
      {"multi_nli", "dummy_data", "mnli", {{"train", 1}, {"valid", 1}, {"valid_mismatched", 1}}},
      {"glue-ax", "dummy_data", "ax", {{"test", 3}}},
      {"glue-cola", "dummy_data", "cola", {{"train", 3}, {"valid", 1}, {"test", 1}}},
      {"glue-mnli", "dummy_data", "mnli", {{"train", 1}, {"valid", 1}, {"test", 1}, {"valid_mismatched", 1}, {"test_mismatched", 1}}},
      {"glue-mrpc", "dummy_data", "mrpc", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"glue-qnli", "dummy_data", "qnli", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"glue-qqp", "dummy_data", "qqp", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"glue-rte", "dummy_data", "rte", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"glue-sst2", "dummy_data", "sst-2", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"glue-stsb", "dummy_data", "sts-b", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"glue-wnli", "dummy_data", "wnli", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"super_glue-axb", "dummy_data", "ax-b", {{"test", 1}}},
      {"super_glue-axg", "dummy_folder", "ax-g", {{"test", 1}}},
      {"super_glue-boolq", "dummy_data", "boolq", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"super_glue-copa", ".", "copa", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"super_glue-multirc", "dummy_folder", "multirc", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"super_glue-record", "dummy_data", "record", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"super_glue-rte", "dummy_data", "superglue-rte", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"super_glue-wic", "dummy_data", "wic", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"super_glue-wsc", "dummy_data", "wsc", {{"train", 1}, {"valid", 1}, {"test", 1}}},
  };
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder_ + "/format-fixtures")) files.insert(entry.path().filename().string());
  for (const auto& [file, root, name, least] : fixtures) {
    SCOPED_TRACE(file);
    files.erase(std::string(file) + ".dummy_data.zip");
    const ScratchFolder scratch;
    unpack(folder_ + "/format-fixtures/" + file + ".dummy_data.zip", scratch.path());
    const std::string unpacked = (fs::path(scratch.path()) / root).lexically_normal().string();
    const WithEnvironment data("SYNTHBENCH_DATA", unpacked.c_str());
    std::map<std::string, std::int64_t> found;
    for (const Verified& verdict : verify(name)) {
      EXPECT_EQ(verdict.detail, "");
      found[verdict.split] = verdict.examples;
    }
    for (const auto& [split, examples] : least) EXPECT_GE(found[split], examples) << split;
  }
  EXPECT_TRUE(files.empty()) << *files.begin() << " is tried by no case";
}

// What follows needs no real data.

class OwnFolder : public ::testing::Test {
 protected:
  void put(const std::string& place, const std::string& text) {
    fs::create_directories(fs::path(data_ / place).parent_path());
    write_file(data_ / place, text);
  }
  static std::vector<std::string> texts(const NamedData& data, Split split, const std::string& field) {
    std::vector<std::string> all;
    const Examples examples = data.read(split);
    for (Record record; examples(record);) all.push_back(record.at(field));
    return all;
  }
  static std::string refusal(const std::string& name, Split split) {
    try {
      const Examples examples = NamedData(name).read(split);
      for (Record record; examples(record);) {
      }
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  void shell(const std::string& commands) { ASSERT_EQ(std::system(("cd '" + data_.path() + "' && " + commands).c_str()), 0) << commands; }

  ScratchFolder data_, cache_;
  WithEnvironment environment_{"SYNTHBENCH_DATA", data_.path().c_str()};
  WithEnvironment remembers_{"SYNTHBENCH_CACHE", cache_.path().c_str()};
};

TEST_F(OwnFolder, OneSplitIsDividedInFileOrderAndSaysSo) {
  std::string english, german;
  for (int k = 0; k < 40; ++k) english += std::to_string(k) + "\n", german += "g" + std::to_string(k) + "\n";
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", english);
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", german);
  const NamedData data("tatoeba");
  EXPECT_EQ(data.notes(), std::vector<std::string>{"tatoeba comes as one split: divided 90/5/5 in file order"});
  EXPECT_EQ(texts(data, Split::train, "source").size(), 36u);
  EXPECT_EQ(texts(data, Split::valid, "target"), (std::vector<std::string>{"g36", "g37"}));
  EXPECT_EQ(texts(data, Split::test, "source"), (std::vector<std::string>{"38", "39"}));
}

TEST_F(OwnFolder, WithoutAValidationSplitTheEndOfTrainIsIt) {
  std::string rows;
  for (int k = 0; k < 20; ++k) rows += "\"1\",\"t\",\"" + std::to_string(k) + "\"\n";
  put("ag_news_csv/train.csv", rows);
  put("ag_news_csv/test.csv", "\"4\",\"a \"\"quoted\"\" title\",\"two\nlines, a comma\"\n");
  const NamedData data("ag_news");
  ASSERT_EQ(data.notes().size(), 1u);
  EXPECT_EQ(texts(data, Split::train, "text").size(), 19u);
  EXPECT_EQ(texts(data, Split::valid, "text"), std::vector<std::string>{"19"});
  EXPECT_EQ(texts(data, Split::test, "text"), std::vector<std::string>{"two\nlines, a comma"});
  EXPECT_EQ(texts(data, Split::test, "title"), std::vector<std::string>{"a \"quoted\" title"});
}

TEST_F(OwnFolder, SidesOfUnequalLengthAreRefusedWithBothCounts) {
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", "a\nb\nc\n");
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", "a\nb\nc\nd\ne\n");
  EXPECT_EQ(refusal("tatoeba", Split::train), data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu" + " has 5 lines, " +
                                                  data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng" + " has 3: they belong together");
}

TEST_F(OwnFolder, RefusalsNameTheFileAndTheLine) {
  put("GLUE/RTE/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\ta\tb\n");
  EXPECT_EQ(refusal("rte", Split::train), data_ / "GLUE/RTE/train.tsv" + ":3: 3 columns, 4 are needed");
  put("GLUE/RTE/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tperhaps\n");
  EXPECT_EQ(refusal("rte", Split::train), data_ / "GLUE/RTE/train.tsv" + ":2: label 'perhaps' is none of entailment, not_entailment");
  put("GLUE/RTE/train.tsv", "index\tsentence1\tlabel\n");
  EXPECT_EQ(refusal("rte", Split::train),
            data_ / "GLUE/RTE/train.tsv" + ":1: the header has no column 'sentence2', it has index, sentence1, label");
  put("GLUE/RTE/train.tsv", "");
  EXPECT_EQ(refusal("rte", Split::train), data_ / "GLUE/RTE/train.tsv" + ": an empty file, its header is missing");
  put("GLUE/SST-2/train.tsv",
      "sentence\tlabel\nfine\t1\nb\xFF"
      "d\t0\n");
  EXPECT_EQ(refusal("sst-2", Split::train), data_ / "GLUE/SST-2/train.tsv" + ":3: byte 2 (0xff) is not UTF-8");
  put("SuperGLUE/CB/train.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": \"neutral\"}\n{\"premise\": \"a\"}\n");
  EXPECT_EQ(refusal("cb", Split::train), data_ / "SuperGLUE/CB/train.jsonl" + ":2: no value at '/hypothesis'");
  put("SuperGLUE/CB/train.jsonl", "{\"premise\": \n");
  EXPECT_EQ(refusal("cb", Split::train), data_ / "SuperGLUE/CB/train.jsonl" + ":1: not a JSON object, of which a line holds one");
  put("ag_news_csv/train.csv", "\"1\",\"never closed,\"\"\n\"2\"\n");
  EXPECT_NE(refusal("ag_news", Split::train).find("ag_news_csv/train.csv:"), std::string::npos);
  put("personachat/train_self_original_no_cands.txt", "1 your persona: a\n2 hi\tho\n4 hi\tho\n");
  EXPECT_EQ(refusal("personachat", Split::train),
            data_ / "personachat/train_self_original_no_cands.txt" + ":3: the line has number 4, 3 or 1 is next");
}

TEST_F(OwnFolder, AnEnormousLineIsOneError) {
  put("emnlp2017-wmt-news/test_emnlp.txt", "short\n" + std::string(StreamLines::kLongest + 70000, 'x') + "\n");
  EXPECT_NE(refusal("emnlp-news", Split::train).find("test_emnlp.txt:2: a line of more than"), std::string::npos);
}

TEST_F(OwnFolder, TheSameTextIsFoundPlainPackedAndInArchives) {
  const std::string shell =
      "cd '" + data_.path() +
      "' && mkdir -p GLUE/WNLI && printf 'index\\tsentence1\\tsentence2\\tlabel\\n0\\ta\\tb\\t1\\n' > GLUE/WNLI/train.tsv && "
      "cp GLUE/WNLI/train.tsv GLUE/WNLI/dev.tsv && ";
  const auto found = [] { return texts(NamedData("wnli"), Split::valid, "sentence2"); };
  for (const char* pack : {"true", "gzip GLUE/WNLI/*.tsv", "gunzip GLUE/WNLI/*.gz && xz GLUE/WNLI/*.tsv",
                           "unxz GLUE/WNLI/*.xz && tar czf GLUE/WNLI.tar.gz -C GLUE WNLI && rm -r GLUE/WNLI",
                           "tar xzf GLUE/WNLI.tar.gz -C GLUE && rm GLUE/WNLI.tar.gz && tar cJf GLUE.tar.xz GLUE && rm -r GLUE"}) {
    const std::string command = std::string(pack) == "true" ? shell + pack : "cd '" + data_.path() + "' && " + pack;
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    EXPECT_EQ(found(), std::vector<std::string>{"b"}) << pack;
  }
}

TEST_F(OwnFolder, SgmlSegmentsAreResolved) {
  put("dev/newstest2013.en", "unused\n");
  put("dev/newstest2013.de", "unused\n");
  put("dev/newstest2014-deen-src.en.sgm",
      "<srcset>\n<doc>\n<seg id=\"1\"> Q &amp; A &lt;b&gt; </seg>\n<seg id=\"2\">on two\nlines</seg>\n</doc>\n");
  put("dev/newstest2014-deen-ref.de.sgm", "<seg id=\"1\">F&amp;amp;</seg>\n<seg id=\"2\">x</seg>\n");
  const NamedData data("wmt14-en-de");
  EXPECT_EQ(texts(data, Split::test, "source"), (std::vector<std::string>{"Q & A <b>", "on two lines"}));
  EXPECT_EQ(texts(data, Split::test, "target"), (std::vector<std::string>{"F&amp;", "x"}));
  EXPECT_NE(refusal("wmt14-en-de", Split::train).find("its train split is not here"), std::string::npos);
}

TEST_F(OwnFolder, SegmentsMayShareALineAndNoneIsLost) {
  const std::string place = "dev/newstest2014-deen-";
  put(place + "src.en.sgm", "<seg id=\"1\">a</seg> <seg id=\"2\">b</seg><seg id=\"3\">on two\nlines</seg><seg id=\"4\">d</seg>\n");
  put(place + "ref.de.sgm", "<seg id=\"1\">A</seg>\n<seg id=\"2\">B</seg>\n<seg id=\"3\">C</seg>\n<seg id=\"4\">D</seg>\n");
  EXPECT_EQ(texts(NamedData("wmt14-en-de"), Split::train, "source"), (std::vector<std::string>{"a", "b", "on two lines"}));
  put(place + "src.en.sgm", "<seg id=\"1\">a\n<seg id=\"2\">b</seg>\n");
  EXPECT_NE(refusal("wmt14-en-de", Split::train).find("src.en.sgm:1: a <seg> without </seg>"), std::string::npos);
}

TEST_F(OwnFolder, AnArchiveIsTakenForWhatIsInIt) {
  // As published: one archive holds newstest2013 as lines, another newstest2014 as SGML.
  shell(
      "mkdir -p dev test-full && echo v > dev/newstest2013.en && echo V > dev/newstest2013.de && "
      "echo '<seg id=\"1\">t</seg>' > test-full/newstest2014-deen-src.en.sgm && "
      "echo '<seg id=\"1\">T</seg>' > test-full/newstest2014-deen-ref.de.sgm && "
      "tar czf dev.tgz dev && tar czf test-full.tgz test-full && rm -r dev test-full");
  EXPECT_EQ(texts(NamedData("wmt14-en-de"), Split::valid, "target"), std::vector<std::string>{"V"});
  EXPECT_EQ(texts(NamedData("wmt14-en-de"), Split::test, "source"), std::vector<std::string>{"t"});
  for (const Verified& verdict : verify("wmt14-en-de")) EXPECT_EQ(verdict.detail, "") << verdict.files;
  shell("mkdir dev && echo x > dev/other && tar czf dev.tgz dev && rm -r dev");
  EXPECT_FALSE(NamedData("wmt14-en-de").has(Split::valid) && NamedData("wmt14-en-de").files(Split::valid) != nullptr)
      << "an archive that has changed is listed anew";
}

TEST_F(OwnFolder, AFewRowsOfQqpMayBeMalformedAndNotMore) {
  const std::string header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n", good = "0\t1\t2\ta\tb\t1\n", odd = "0\t1\t2\ta\t1\n";
  const auto repeated = [](const std::string& row, int times) {
    std::string rows;
    for (int k = 0; k < times; ++k) rows += row;
    return rows;
  };
  put("GLUE/QQP/dev.tsv", header + good + odd);
  put("GLUE/QQP/test.tsv", "id\tquestion1\tquestion2\n0\ta\tb\n1\ta\n");
  put("GLUE/QQP/train.tsv", header + good + "\tb\t1\n" + repeated(odd, 35) + good);
  EXPECT_EQ(texts(NamedData("qqp"), Split::train, "question2"), (std::vector<std::string>{"b", "b"}));
  EXPECT_EQ(texts(NamedData("qqp"), Split::valid, "question2"), std::vector<std::string>{"b"});
  EXPECT_EQ(refusal("qqp", Split::test), data_ / "GLUE/QQP/test.tsv" + ":3: 2 columns, 3 are needed");
  put("GLUE/QQP/train.tsv", header + repeated(odd, 37) + good);
  EXPECT_EQ(refusal("qqp", Split::train), data_ / "GLUE/QQP/train.tsv" + ":38: 5 columns, 6 are needed");
  put("GLUE/QQP/dev.tsv", header + repeated(odd, 5));
  EXPECT_EQ(refusal("qqp", Split::valid), data_ / "GLUE/QQP/dev.tsv" + ":6: 5 columns, 6 are needed");
}

TEST_F(OwnFolder, TextsThatMoveFromOneSplitOrSideToAnotherAreOtherData) {
  std::set<std::string> seen;
  const auto is_new = [&](const std::string& name) { return seen.insert(NamedData(name).sha()).second; };
  put("wikitext-2/wiki.train.tokens", "a\n");
  put("wikitext-2/wiki.valid.tokens", "b\nc\n");
  EXPECT_TRUE(is_new("wikitext-2"));
  put("wikitext-2/wiki.train.tokens", "a\nb\n");
  put("wikitext-2/wiki.valid.tokens", "c\n");
  EXPECT_TRUE(is_new("wikitext-2"));
  fs::rename(data_ / "wikitext-2/wiki.valid.tokens", data_ / "wikitext-2/wiki.test.tokens");
  EXPECT_TRUE(is_new("wikitext-2"));
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", "a\nb\n");
  put("tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", "");
  EXPECT_TRUE(is_new("tatoeba"));
  fs::rename(data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu", data_ / "moved");
  fs::rename(data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng", data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.deu");
  fs::rename(data_ / "moved", data_ / "tatoeba/deu-eng/tatoeba-test-v2021-08-07.eng");
  EXPECT_TRUE(is_new("tatoeba"));
}

TEST_F(OwnFolder, AnEntityIsCountedInCharacters) {
  put("SuperGLUE/ReCoRD/train.jsonl",
      "{\"passage\": {\"text\": \"\xC3\x84 Bob\", \"entities\": [{\"start\": 2, \"end\": 4}]}, \"qas\": [{\"query\": \"@placeholder\", "
      "\"idx\": 1, "
      "\"answers\": [{\"text\": \"Bob\"}, {\"text\": \"Bob\"}]}]}\n");
  put("SuperGLUE/ReCoRD/val.jsonl", "{\"passage\": {\"text\": \"a\", \"entities\": [{\"start\": 0, \"end\": 1}]}, \"qas\": []}\n");
  EXPECT_EQ(texts(NamedData("record"), Split::train, "entities"), std::vector<std::string>{"Bob"});
  EXPECT_EQ(texts(NamedData("record"), Split::train, "label"), std::vector<std::string>{"Bob"});
  EXPECT_NE(refusal("record", Split::valid).find("val.jsonl:1: an object of another form"), std::string::npos);
}

}  // namespace
}  // namespace synthbench
