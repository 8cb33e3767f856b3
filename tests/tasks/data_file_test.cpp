#include "tasks/data_file.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "tasks/text/corpus.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

std::string number(std::size_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t k = 0; k < width; ++k) bytes += static_cast<char>(value >> 8 * k & 0xFF);
  return bytes;
}

std::string deflated(const std::string& content) {
  std::string packed(content.size() + 100, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct Member {
  std::string name, content;
  bool packed = true;
};

/// A ZIP archive as `zip` writes it: local headers with an extra field, then the directory.
std::string zipped(const std::vector<Member>& members) {
  std::string file, directory;
  for (const auto& [name, content, packed] : members) {
    const std::string bytes = packed ? deflated(content) : content;
    const std::string facts = number(packed ? 8 : 0, 2) + number(0, 4) +
                              number(crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())), 4) +
                              number(bytes.size(), 4) + number(content.size(), 4) + number(name.size(), 2);
    directory += "PK\x01\x02" + number(20, 2) + number(20, 2) + number(0, 2) + facts + number(0, 2) + number(3, 2) + number(0, 8) +
                 number(file.size(), 4) + name + "abc";
    file += "PK\x03\x04" + number(20, 2) + number(0, 2) + facts + number(7, 2) + name + "xy" + number(3, 2) + "tra" + bytes;
  }
  return file + directory + "PK\x05\x06" + number(0, 4) + number(members.size(), 2) + number(members.size(), 2) +
         number(directory.size(), 4) + number(file.size(), 4) + number(0, 2);
}

std::string drawn_bytes(std::uint64_t seed, std::size_t length) {
  std::mt19937_64 random(seed);
  std::string bytes(length, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() % 7);
  return bytes;
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
