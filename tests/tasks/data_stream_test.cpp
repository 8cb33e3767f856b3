// Streams of packed files: their memory, their damage, and odd bytes through every loader.
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tasks/datasets/data_set.h"
#include "tasks/datasets/unpack.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

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

/// All of a file, or of the members of an archive that a pattern names.
std::string read_all(const DataFile& file) {
  std::string content;
  DataStream stream({file});
  while (stream.next_file()) stream.read_rest(content);
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

/// Small files in every form, from which odd ones are made.
const std::vector<std::string>& seeds() {
  static const std::vector<std::string> all = {
      "a line\nanother\n",
      "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n",
      "gj04\t1\t\tA sentence.\n",
      "\"1\",\"title\",\"text \"\"quoted\"\"\n\"\n",
      "article,highlights,id\n\"a\nb\",c,d\n",
      "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": \"neutral\", \"text\": \"t\", \"idx\": 0}\n",
      "{\"idx\": 0, \"passage\": {\"text\": \"t\", \"questions\": [{\"question\": \"q\", \"idx\": 0, \"answers\": [{\"text\": \"a\", "
      "\"label\": 1}]}], "
      "\"entities\": [{\"start\": 0, \"end\": 0}]}, \"qas\": [{\"query\": \"q\", \"idx\": 1, \"answers\": [{\"text\": \"t\"}]}]}\n",
      "<seg id=\"1\"> Test &amp; </seg>\n<seg id=\"2\">\n</seg>\n",
      "1 your persona: i read.\n2 hello\thi\n1 your persona: x\n2 a\tb\t\tc|d\n",
      "Package: 0ad\nDescription-md5: d94\nDescription-en: short\nDescription-de: kurz\nDescription-fr: court\n text\n .\n  verbatim\n\n",
      "{\"train\": [\"1\"], \"validation\": [], \"test\": [2]}\n",
      "[SN]URL[SN]\nu\n[SN]FIRST-SENTENCE[SN]\ns\n[SN]RESTBODY[SN]\nb\n",
      "Article.\n\n@highlight\n\nH\n",
  };
  return all;
}

std::string odd(std::mt19937_64& random) {
  std::string bytes = seeds()[random() % seeds().size()];
  for (std::uint64_t changes = random() % 6; changes > 0; --changes) {
    const std::size_t at = random() % (bytes.size() + 1);
    switch (random() % 5) {
      case 0: bytes.insert(at, 1, static_cast<char>(random())); break;
      case 1: bytes.resize(at); break;
      case 2: bytes.insert(at, seeds()[random() % seeds().size()]); break;
      case 3: bytes.insert(at, "\xEF\xBB\xBF\r\n\t\"" + std::string(1, '\0')); break;
      default: bytes.insert(at, std::string(random() % 3000, static_cast<char>(random())));
    }
  }
  return bytes;
}

TEST(Loaders, OddBytesGiveExamplesOrOneClearError) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const ScratchFolder folder;
  int read = 0, refused = 0;
  for (const auto& [name, data] : data_sets()) {
    for (const SplitFiles& split : data.splits) {
      for (const FileLayout& layout : split.layouts) {
        for (int trial = 0; trial < 12; ++trial) {
          SplitHere here{.split = &split, .layout = &layout, .folder = folder.path(), .streams = {}};
          for (std::size_t k = 0; k < layout.places.size(); ++k) {
            const std::string path = folder / ("odd" + std::to_string(k));
            write_file(path, odd(random));
            here.streams.push_back({{path}});
          }
          try {
            const Examples examples = open_split(data, here);
            for (Record record; examples(record);) EXPECT_FALSE(record.where.empty());
            ++read;
          } catch (const UserError& error) {
            const std::string words = error.what();
            EXPECT_NE(words.find("odd"), std::string::npos) << name << ": " << words;
            EXPECT_EQ(words.find('\n'), std::string::npos);
            ++refused;
          }
        }
      }
    }
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
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
