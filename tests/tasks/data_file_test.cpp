#include "tasks/data_file.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <optional>
#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "tasks/text/corpus.h"
#include "tests/tasks/scratch.h"
#include "tests/tasks/zipped.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

std::string drawn_bytes(std::uint64_t seed, std::size_t length) {
  std::mt19937_64 random(seed);
  std::string bytes(length, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 7);
  return bytes;
}

/// All bytes of one; absent when there is no such file.
std::optional<std::string> read_data_file(const std::string& place) {
  const auto stream = open_data_file(place);
  if (!stream) return std::nullopt;
  stream->next_file();
  std::string content;
  stream->read_rest(content, std::string::npos);
  return content;
}

TEST(DataFile, PlainAndGzippedFilesAreTheSame) {
  SCOPED_TRACE(seed_trace());
  const ScratchFolder folder;
  const std::string content = drawn_bytes(test_seed(), 200001);
  EXPECT_FALSE(read_data_file(folder / "text"));
  const gzFile file = gzopen((folder / "text.gz").c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  EXPECT_EQ(read_data_file(folder / "text"), content);
  write_file(folder / "text", "plain wins");
  EXPECT_EQ(read_data_file(folder / "text"), "plain wins");
}

TEST(DataFile, ATruncatedGzipFileIsNamed) {
  const ScratchFolder folder;
  const gzFile file = gzopen((folder / "whole.gz").c_str(), "wb");
  const std::string content = drawn_bytes(test_seed(), 100000);
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  const std::string bytes = read_file(folder / "whole.gz");
  write_file(folder / "cut.gz", std::string_view(bytes).substr(0, bytes.size() / 2));
  try {
    read_data_file(folder / "cut");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()), (folder / "cut.gz") + " is damaged: not a whole gzip file");
  }
}

TEST(DataFile, MembersOfAZipArchiveAreFound) {
  SCOPED_TRACE(seed_trace());
  const ScratchFolder folder;
  const std::string content = drawn_bytes(test_seed(), 30011);
  write_file(folder / "a.zip", zipped({{"x/one", "first", false}, {"x/two", content}, {"x/empty", ""}}));
  EXPECT_EQ(read_data_file(folder / "a.zip!x/one"), "first");
  EXPECT_EQ(read_data_file(folder / "a.zip!x/two"), content);
  EXPECT_EQ(read_data_file(folder / "a.zip!x/empty"), "");
  EXPECT_FALSE(read_data_file(folder / "b.zip!x/one"));
  EXPECT_THROW(read_data_file(folder / "a.zip!x/three"), UserError);
}

TEST(DataFile, AnExclamationMarkMayBePartOfAName) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder / "well!done");
  write_file(folder / "well!done/text", "a text");
  write_file(folder / "well!done/a!b.zip", zipped({{"one!two", "a member"}}));
  write_file(folder / "hooray!", "with a mark");
  EXPECT_EQ(read_data_file(folder / "well!done/text"), "a text");
  EXPECT_EQ(read_data_file(folder / "well!done/a!b.zip!one!two"), "a member");
  EXPECT_EQ(read_data_file(folder / "hooray!"), "with a mark");
  EXPECT_FALSE(read_data_file(folder / "well!done/other"));
}

TEST(DataFile, ADamagedZipArchiveIsAnErrorWhereverItIsHit) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const ScratchFolder folder;
  const std::string content = drawn_bytes(test_seed(), 300), whole = zipped({{"one", content}, {"two", "second", false}});
  const auto one = [&](std::string_view bytes) {
    write_file(folder / "a.zip", bytes);
    return read_data_file(folder / "a.zip!one");
  };
  ASSERT_EQ(one(whole), content);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THROW(one(std::string_view(whole).substr(0, length)), UserError) << length;
  int refused = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    std::string hit = whole;
    hit[random() % hit.size()] = static_cast<char>(random());
    try {
      EXPECT_EQ(one(hit), content) << "a byte that does not matter";
    } catch (const UserError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST(DataFile, APathThatTheSystemCannotFollowIsTheUsersErrorByName) {
  const ScratchFolder folder;
  std::filesystem::create_symlink("itself", folder / "itself");
  const auto refusal = [](const std::string& place) -> std::string {
    try {
      return read_data_file(place) ? "read" : "absent";
    } catch (const UserError& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refusal(folder / "itself"), "cannot read " + (folder / "itself") + ": Too many levels of symbolic links");
  const std::string long_name = folder / std::string(300, 'x');
  EXPECT_EQ(refusal(long_name), "cannot read " + long_name + ": File name too long");
  const std::string longest = folder / std::string(253, 'x');
  EXPECT_EQ(refusal(longest), "absent") << "though the packed one would have too long a name";
  { std::ofstream(longest) << "text"; }
  EXPECT_EQ(refusal(longest), "read");
  write_file(folder / "a.zip", zipped({{std::string(300, 'm'), "a member"}}));
  EXPECT_EQ(refusal(folder / "a.zip!" + std::string(300, 'm')), "read");
}

TEST(DataFile, MembersOfAGzipFileFollowEachOtherAndNothingElseDoes) {
  const ScratchFolder folder;
  const std::string make = "cd '" + folder.path() + "' && seq 5000 > one && seq 7000 > two && gzip -k one two";
  ASSERT_EQ(std::system(make.c_str()), 0);
  const std::string one = read_file(folder / "one.gz"), two = read_file(folder / "two.gz");
  const auto content = [&](const std::string& bytes) -> std::string {
    write_file(folder / "both.gz", bytes);
    try {
      return read_data_file(folder / "both").value();
    } catch (const UserError& error) {
      return error.what();
    }
  };
  const std::string both = read_file(folder / "one") + read_file(folder / "two");
  EXPECT_EQ(content(one + two), both);
  EXPECT_EQ(content(one + two + std::string(100000, '\0')), both) << "as on a tape";
  std::string hit = one + two;
  hit[one.size()] ^= 1;  // the second member's first byte
  const std::string refused = (folder / "both.gz") + " is damaged: not a whole gzip file";
  for (const std::string& bytes :
       {hit, one + "more", one + std::string(10, '\0') + two, one + two.substr(0, 5), one + two.substr(0, 5000)}) {
    EXPECT_EQ(content(bytes), refused);
  }
}

TEST(DataFile, APackedMemberIsUnpacked) {
  const ScratchFolder folder;
  const std::string make =
      "cd '" + folder.path() + "' && seq 5000 > one && : > none && gzip -k one none && xz -k one && tar cf a.tar one.gz none.gz one.xz";
  ASSERT_EQ(std::system(make.c_str()), 0);
  EXPECT_EQ(read_data_file(folder / "a.tar!one.gz"), read_file(folder / "one"));
  EXPECT_EQ(read_data_file(folder / "a.tar!one.xz"), read_file(folder / "one"));
  EXPECT_EQ(read_data_file(folder / "a.tar!none.gz"), "");
  const std::string packed = read_file(folder / "one.gz");
  write_file(folder / "b.zip", zipped({{"cut.gz", packed.substr(0, packed.size() - 3)}}));
  try {
    read_data_file(folder / "b.zip!cut.gz");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()), (folder / "b.zip!cut.gz") + " is damaged: not a whole gzip file");
  }
}

std::string together(const std::array<std::string_view, 3>& parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

TEST(DataFile, RealDataInItsPublishedLayout) {
  const std::string data = std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/data";
  if (!std::filesystem::exists(data)) GTEST_SKIP() << "no folder of real data beside the source tree";
  const WithEnvironment folder("SYNTHBENCH_DATA", data.c_str());
  const Corpus wiki = load_corpus("wikitext-2");
  EXPECT_EQ(sha256(wiki.split(Split::valid)), "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8");
  EXPECT_EQ(sha256(wiki.split(Split::test)), "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0");
  EXPECT_EQ(sha256(together(load_corpus("enwik8").splits)), "8600ce4720e0ce49ca1d268a94f5ffd966c7d8e26857dd5f0ca2d8c4aa901a9b");
  EXPECT_GT(load_corpus("emnlp-news").split(Split::train).size(), 1000000u);
}

TEST(Corpus, ATextWithoutLineBreaksIsDividedBetweenCharacters) {
  std::string text;
  for (int k = 0; k < 1000; ++k) text += "\xE2\x82\xAC";
  const auto parts = divide_in_file_order(text);
  EXPECT_EQ(together(parts), text);
  EXPECT_EQ(parts[0].size(), 2700u);
  EXPECT_EQ(parts[1].size(), 150u);
  EXPECT_EQ(together(divide_in_file_order("ab")), "ab");
}

}  // namespace
}  // namespace synthbench
