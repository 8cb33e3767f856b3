// Streams of packed files and their damage.
#include "tasks/datasets/data_stream.h"

#include <gtest/gtest.h>

#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tasks/datasets/unpack.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// All of a file, or of the members of an archive that a pattern names.
std::string read_all(const DataFile& file) {
  std::string content;
  DataStream stream({file});
  while (stream.next_file()) stream.read_rest(content, std::string::npos);
  return content;
}

std::string refusal_of(const DataFile& file) {
  try {
    read_all(file);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Streams, AnArchiveThatIsCutAfterAMemberIsNotWhole) {
  const ScratchFolder folder;
  ASSERT_EQ(std::system(("cd '" + folder.path() + "' && seq 100 > one && seq 200 > two && tar cf whole.tar one two").c_str()), 0);
  const std::string whole = read_file(folder / "whole.tar");
  write_file(folder / "cut.tar", std::string_view(whole).substr(0, 512 + 512));  // one is 292 bytes long
  EXPECT_EQ(refusal_of({folder / "whole.tar", "*"}), "");
  EXPECT_EQ(refusal_of({folder / "cut.tar", "*"}), (folder / "cut.tar") + " is damaged: its end mark is missing, it has been cut");
}

TEST(Streams, WhatPacksAnArchiveIsReadUpToItsChecksum) {
  const ScratchFolder folder;
  const std::string make = "cd '" + folder.path() + "' && seq 30000 > one && tar cJf a.tar.xz one && tar cjf a.tar.bz2 one";
  ASSERT_EQ(std::system(make.c_str()), 0);
  for (const std::string name : {"a.tar.xz", "a.tar.bz2"}) {
    const std::string bytes = read_file(folder / name);
    EXPECT_EQ(refusal_of({folder / name, "one"}), "");
    write_file(folder / ("cut-" + name), std::string_view(bytes).substr(0, bytes.size() - 4));
    EXPECT_NE(refusal_of({folder / ("cut-" + name), "one"}).find("is damaged"), std::string::npos) << name;
  }
}

TEST(Streams, ALinkInAnArchiveIsNoEmptyText) {
  const ScratchFolder folder;
  const std::string make = "cd '" + folder.path() + "' && echo a > one && ln one two && ln -s one three && tar cf a.tar one two three";
  ASSERT_EQ(std::system(make.c_str()), 0);
  EXPECT_EQ(read_all({folder / "a.tar", "one"}), "a\n") << "a link that nobody asks for does no harm";
  for (const std::string name : {"two", "three"}) {
    EXPECT_EQ(refusal_of({folder / "a.tar", name}), folder / "a.tar!" + name + ": a link, which data has not");
  }
}

TEST(Streams, CutAndDamagedFilesAreNamed) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const ScratchFolder folder;
  std::string text;
  for (int k = 0; k < 20000; ++k) text += std::to_string(random()) + "\n";
  write_file(folder / "text", text);
  const std::string pack =
      "cd '" + folder.path() + "' && gzip -k text && xz -k text && bzip2 -k text && tar czf a.tar.gz text && tar cJf a.tar.xz text";
  ASSERT_EQ(std::system(pack.c_str()), 0);
  for (const DataFile& file :
       {DataFile{"text.gz"}, DataFile{"text.xz"}, DataFile{"text.bz2"}, DataFile{"a.tar.gz", "text"}, DataFile{"a.tar.xz", "text"}}) {
    SCOPED_TRACE(file.path);
    const std::string whole = read_file(folder / file.path);
    const auto hit = [&](const std::string& bytes) {
      const std::string path = folder / ("hit-" + file.path);
      write_file(path, bytes);
      return read_all({path, file.member});
    };
    EXPECT_EQ(hit(whole), text);
    for (int trial = 0; trial < 20; ++trial) {
      EXPECT_THROW(hit(whole.substr(0, random() % (whole.size() - 1))), UserError) << "cut";
      std::string other = whole;
      other[20 + random() % (other.size() - 20)] ^= static_cast<char>(1 + random() % 255);
      try {
        EXPECT_EQ(hit(other), text) << "a changed byte went unseen";
      } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("hit-" + file.path), std::string::npos);
      }
    }
  }
}

TEST(Unpack, KeepsInsideOfItsFolder) {
  const ScratchFolder folder;
  const std::string make =
      "cd '" + folder.path() +
      "' && mkdir in && echo good > in/good && echo bad > bad && tar cf dots.tar -P in/good in/../bad && "
      "tar cf absolute.tar -P \"$PWD/bad\" && ln -s /etc/passwd in/link && tar cf link.tar in/link && rm in/link && "
      "ln in/good in/hard && tar cf hard.tar in/good in/hard && mkfifo in/pipe && tar cf pipe.tar in/pipe && tar cf "
      "good.tar in/good && rm bad && tar cf twice.tar in/good && mkdir x && mkdir x/in && mkdir x/in/good && echo under > "
      "x/in/good/under && tar rf twice.tar -C x in/good/under";
  ASSERT_EQ(std::system(make.c_str()), 0);
  const auto refusal = [&](const std::string& archive) -> std::string {
    try {
      unpack(folder / archive, folder / ("out-" + archive));
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(refusal("dots.tar").find("dots.tar!in/../bad: its name leads outside"), std::string::npos);
  EXPECT_NE(refusal("absolute.tar").find("leads outside"), std::string::npos);
  EXPECT_NE(refusal("link.tar").find("a link"), std::string::npos);
  EXPECT_NE(refusal("hard.tar").find("a link"), std::string::npos);
  EXPECT_NE(refusal("pipe.tar").find("neither a file nor a folder"), std::string::npos);
  EXPECT_NE(refusal("twice.tar").find("twice.tar!in/good/under: "), std::string::npos) << "a file and a folder of one name";
  EXPECT_FALSE(std::filesystem::exists(folder / "bad"));
  EXPECT_EQ(refusal("good.tar"), "");
  EXPECT_EQ(read_file(folder / "out-good.tar/in/good"), "good\n");
}

}  // namespace
}  // namespace synthbench
