// Real data in its official layouts: the counts of its readme, fixtures, archives.
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
      {"boolq", {{"train", 32}, {"valid", 3270}, {"test", 3245}, {"dev32", 32}}},
      {"record", {{"train", 32}, {"valid", 32}, {"dev32", 32}}},  // a query a line; valid is dev32
      {"cb", {{"train", 250}, {"valid", 56}, {"test", 250}}},
      {"copa", {{"train", 400}, {"valid", 100}, {"test", 500}}},
      {"superglue-rte", {{"train", 2490}, {"valid", 277}, {"test", 3000}}},
      {"wsc", {{"train", 554}, {"valid", 104}, {"test", 146}}},
      {"ax-b", {{"test", 1104}}},
      {"ax-g", {{"test", 356}}},
      {"multirc", {{"train", 27243}, {"valid", 4848}, {"test", 9693}}},
      {"cnn_dailymail", {{"train", 100}, {"valid", 500}, {"test", 500}}},
      {"xsum", {{"test", 1000}}},
      {"personachat", {{"train", 66}, {"valid", 7025}}},
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
  // A script of a few lines gave these; the README rounds them to 40,600 and 63,600.
  EXPECT_EQ(pairs["ddtp"], 40634);
  EXPECT_EQ(pairs["ddtp-en-fr"], 63593);
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
      {"c4-en", "dummy_data", "c4", {{"train", 3}, {"valid", 3}}},
      {"cnn_dailymail-3.0.0", "dummy_data", "cnn_dailymail", {{"train", 3}, {"valid", 2}, {"test", 2}}},
      {"gigaword", "dummy_data", "gigaword", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"wikitext-103-v1", "dummy_data", "wikitext-103", {{"train", 7}, {"valid", 5}, {"test", 3}}},
      {"wikitext-2-raw-v1", "dummy_data", "wikitext-2-raw", {{"train", 5}, {"valid", 4}, {"test", 5}}},
      {"xsum", "dummy_data", "xsum", {{"train", 1}, {"valid", 1}, {"test", 1}}},
      {"wmt14-cs-en", "dummy_data", "wmt14-cs-en", {{"train", 3}, {"valid", 1}, {"test", 1}}},
      {"multi_nli", "dummy_data", "mnli", {{"train", 5}, {"valid", 5}, {"valid_mismatched", 5}}},
      {"glue-ax", "dummy_data", "ax", {{"test", 3}}},
      {"glue-cola", "dummy_data", "cola", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"glue-mnli", "dummy_data", "mnli", {{"train", 3}, {"valid", 2}, {"test", 1}, {"valid_mismatched", 2}, {"test_mismatched", 1}}},
      {"glue-mrpc", "dummy_data", "mrpc", {{"train", 10}, {"valid", 8}, {"test", 15}}},
      {"glue-qnli", "dummy_data", "qnli", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"glue-qqp", "dummy_data", "qqp", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"glue-rte", "dummy_data", "rte", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"glue-sst2", "dummy_data", "sst-2", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"glue-stsb", "dummy_data", "sts-b", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"glue-wnli", "dummy_data", "wnli", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"super_glue-axb", "dummy_data", "ax-b", {{"test", 3}}},
      {"super_glue-axg", "dummy_folder", "ax-g", {{"test", 3}}},
      {"super_glue-boolq", "dummy_data", "boolq", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"super_glue-copa", ".", "copa", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"super_glue-multirc", "dummy_folder", "multirc", {{"train", 58}, {"valid", 62}, {"test", 58}}},
      {"super_glue-record", "dummy_data", "record", {{"train", 9}, {"valid", 2}, {"test", 1}}},
      {"super_glue-rte", "dummy_data", "superglue-rte", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"super_glue-wic", "dummy_data", "wic", {{"train", 3}, {"valid", 2}, {"test", 1}}},
      {"super_glue-wsc", "dummy_data", "wsc", {{"train", 3}, {"valid", 2}, {"test", 1}}},
  };
  std::set<std::string> files;
  for (const auto& entry : fs::directory_iterator(folder_ + "/format-fixtures")) files.insert(entry.path().filename().string());
  for (const auto& [file, root, name, examples] : fixtures) {
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
    EXPECT_EQ(found, examples);
  }
  EXPECT_TRUE(files.empty()) << *files.begin() << " is tried by no case";
}

}  // namespace
}  // namespace synthbench
