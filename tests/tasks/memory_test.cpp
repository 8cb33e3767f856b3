// What reading data sets takes of memory, whatever their size.
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tasks/datasets/data_set.h"
#include "tests/tasks/scratch.h"
#include "tests/tasks/zipped.h"

namespace synthbench {
namespace {

/// Peak memory of this process since reset_peak(), in bytes.
std::int64_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}
bool reset_peak() { return static_cast<bool>(std::ofstream("/proc/self/clear_refs") << "5" << std::flush); }

void write_gzip(const std::string& path, const std::string& piece, int times) {
  const gzFile file = gzopen(path.c_str(), "wb1");
  for (int k = 0; k < times; ++k) gzwrite(file, piece.data(), static_cast<unsigned>(piece.size()));
  gzclose(file);
}

TEST(Streams, AFileOfAnySizeNeverEntersMemoryWhole) {
  if (!reset_peak()) GTEST_SKIP() << "the kernel does not reset a process's peak memory";
  const ScratchFolder folder;
  std::string lines;
  while (lines.size() < (1 << 20)) lines += "{\"text\": \"a document of some length, number " + std::to_string(lines.size()) + "\"}\n";
  constexpr int kMegabytes = 128;
  write_gzip(folder / "c4-train.00000-of-01024.json.gz", lines, kMegabytes);
  const WithEnvironment data("SYNTHBENCH_DATA", folder.path().c_str());
  reset_peak();
  const std::int64_t before = peak_memory();
  std::int64_t bytes = 0;
  const NamedData c4("c4");
  const Examples examples = open_split(c4.about(), *c4.files(Split::train));
  for (Record record; examples(record);) bytes += std::ssize(record.at("text"));
  EXPECT_GT(bytes, std::int64_t{kMegabytes} << 19);
  EXPECT_LT(peak_memory() - before, 16 << 20) << kMegabytes << " MB went by";
}

/// Text of so many megabytes goes by in the form that a loader reads, packed as a command packs it, and little memory is taken.
struct Large {
  const char *data_set, *place, *pack;  ///< pack: a command on a plain file that lies at the place
  std::string piece;                    ///< about 1 KB, over and over
  const char *before = "", *behind = "";
};

void PrintTo(const Large& large, std::ostream* to) { *to << large.data_set << ": " << large.pack; }

class LargeFiles : public ::testing::TestWithParam<Large> {};

TEST_P(LargeFiles, NeverEnterMemoryWhole) {
  if (!reset_peak()) GTEST_SKIP() << "the kernel does not reset a process's peak memory";
  const auto& [name, place, pack, piece, before, behind] = GetParam();
  const ScratchFolder folder, cache;
  const WithEnvironment data("SYNTHBENCH_DATA", folder.path().c_str()), lists("SYNTHBENCH_CACHE", cache.path().c_str());
  constexpr std::size_t kMegabytes = 48;
  const std::filesystem::path file = folder / place;
  std::filesystem::create_directories(file.parent_path());
  {
    std::ofstream text(file);
    text << before;
    for (std::size_t written = 0; written < kMegabytes << 20; written += piece.size()) text << piece;
    text << behind;
  }
  ASSERT_EQ(std::system(("cd '" + folder.path() + "' && " + pack).c_str()), 0) << pack;
  const NamedData set(name);
  ASSERT_NE(set.whole(), nullptr);
  reset_peak();
  const std::int64_t at_start = peak_memory();
  std::int64_t bytes = 0;
  const Examples examples = open_split(set.about(), *set.whole());
  for (Record record; examples(record);) {
    for (const auto& [field, text] : record.fields) bytes += std::ssize(text);
  }
  EXPECT_GT(bytes, std::int64_t{kMegabytes} << 19);
  EXPECT_LT(peak_memory() - at_start, 24 << 20) << kMegabytes << " MB went by";  // xz alone asks for 8 MB and more
}

std::string lines_of(const std::string& line) {
  std::string piece;
  while (piece.size() < 1000) piece += line + "\n";
  return piece;
}

INSTANTIATE_TEST_SUITE_P(
    Streams, LargeFiles,
    ::testing::Values(
        Large{"emnlp-news", "emnlp2017-wmt-news/test_emnlp.txt", "xz -0 emnlp2017-wmt-news/test_emnlp.txt", lines_of("a line of news .")},
        Large{"emnlp-news", "emnlp2017-wmt-news/test_emnlp.txt",
              "tar cf emnlp2017-wmt-news.tar emnlp2017-wmt-news && rm -r emnlp2017-wmt-news", lines_of("a line of news .")},
        Large{"emnlp-news", "emnlp2017-wmt-news/test_emnlp.txt",
              "gzip -1 emnlp2017-wmt-news/test_emnlp.txt && tar cf emnlp2017-wmt-news.tar emnlp2017-wmt-news && rm -r emnlp2017-wmt-news",
              lines_of("a line of news .")},
        Large{"ag_news", "ag_news_csv/train.csv", "true", lines_of("\"3\",\"a title\",\"a text, \"\"quoted\"\", of some length\"")},
        Large{"wmt14-en-de", "dev/newstest2013-src.en.sgm", "cp dev/newstest2013-src.en.sgm dev/newstest2013-ref.de.sgm",
              lines_of("<seg id=\"1\"> a segment of some length &amp; no more </seg>"), "<srcset>\n<doc>\n", "</doc>\n</srcset>\n"}),
    [](const auto& parameter) { return "number" + std::to_string(parameter.index); });

TEST(Streams, AZipArchiveOfAnySizeNeverEntersMemoryWhole) {
  if (!reset_peak()) GTEST_SKIP() << "the kernel does not reset a process's peak memory";
  const ScratchFolder folder;
  constexpr std::size_t kMegabytes = 48;
  {
    std::string text;
    while (text.size() < kMegabytes << 20) text += "a line of news .\n";
    std::filesystem::create_directories(folder / "emnlp2017-wmt-news");
    write_file(folder / "emnlp2017-wmt-news.zip", zipped({{"emnlp2017-wmt-news/test_emnlp.txt", text}}));
  }
  const WithEnvironment data("SYNTHBENCH_DATA", folder.path().c_str());
  const NamedData set("emnlp-news");
  reset_peak();
  const std::int64_t before = peak_memory();
  std::int64_t bytes = 0;
  const Examples examples = open_split(set.about(), *set.whole());
  for (Record record; examples(record);) bytes += std::ssize(record.at("text"));
  EXPECT_GT(bytes, std::int64_t{kMegabytes} << 19);
  EXPECT_LT(peak_memory() - before, 16 << 20);
}

TEST(Streams, ALineOfManyExamplesNeverEntersMemoryOnceForEach) {
  if (!reset_peak()) GTEST_SKIP() << "the kernel does not reset a process's peak memory";
  const ScratchFolder folder;
  const std::string passage(1 << 18, 'p');
  std::string answers = "{\"text\": \"a\", \"label\": 1}", queries = "{\"query\": \"q\", \"idx\": 1, \"answers\": [{\"text\": \"p\"}]}";
  constexpr int kExamples = 2000;  // half a gigabyte of passages
  std::string all_answers = answers, all_queries = queries;
  for (int k = 1; k < kExamples; ++k) all_answers += ", " + answers, all_queries += ", " + queries;
  std::filesystem::create_directories(folder / "SuperGLUE/MultiRC");
  std::filesystem::create_directories(folder / "SuperGLUE/ReCoRD");
  write_file(folder / "SuperGLUE/MultiRC/train.jsonl", "{\"idx\": 0, \"passage\": {\"text\": \"" + passage +
                                                           "\", \"questions\": [{\"question\": \"q\", \"idx\": 0, \"answers\": [" +
                                                           all_answers + "]}]}}\n");
  write_file(
      folder / "SuperGLUE/ReCoRD/train.jsonl",
      "{\"passage\": {\"text\": \"" + passage + "\", \"entities\": [{\"start\": 0, \"end\": 0}]}, \"qas\": [" + all_queries + "]}\n");
  const WithEnvironment data("SYNTHBENCH_DATA", folder.path().c_str());
  for (const char* name : {"multirc", "record"}) {
    const NamedData set(name);
    reset_peak();
    const std::int64_t before = peak_memory();
    int count = 0;
    const Examples examples = open_split(set.about(), *set.files(Split::train));
    for (Record record; examples(record);) ++count;
    EXPECT_EQ(count, kExamples);
    EXPECT_LT(peak_memory() - before, 32 << 20) << name;
  }
  std::string entities = "{\"start\": 0, \"end\": 200000}";
  for (int k = 1; k < 200; ++k) entities += ", {\"start\": " + std::to_string(k) + ", \"end\": 200000}";
  write_file(folder / "SuperGLUE/ReCoRD/train.jsonl",
             "{\"passage\": {\"text\": \"" + passage + "\", \"entities\": [" + entities + "]}, \"qas\": [" + queries + "]}\n");
  Record record;
  try {
    NamedData("record").read(Split::train)(record);
    FAIL() << "40 MB of entities";
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("train.jsonl:1: an object of another form: entities"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace synthbench
