// Odd bytes through every loader, plain and packed.
#include <gtest/gtest.h>
#include <zlib.h>

#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tasks/datasets/data_set.h"
#include "tests/tasks/scratch.h"
#include "tests/tasks/tarred.h"
#include "tests/tasks/zipped.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

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

std::string gzipped(const std::string& path, const std::string& bytes) {
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return read_file(path);
}

void flip_a_byte(std::string& bytes, std::mt19937_64& random) { bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255); }

/// Odd bytes as they are, packed well, or in archives of which a byte is odd too.
DataFile packed_oddly(const std::string& path, std::mt19937_64& random) {
  const std::string bytes = odd(random);
  const auto name = [&](const char* ending) { return path + ending; };
  switch (random() % 6) {
    case 0: gzipped(name(".gz"), bytes); return {name(".gz")};
    case 1: write_file(name(".zip"), zipped({{"odd-member", bytes}, {"other", "x"}})); return {name(".zip"), "odd-*"};
    case 2: {  // the archive itself is odd
      std::string archive = zipped({{"odd-member", bytes, random() % 2 == 0}});
      flip_a_byte(archive, random);
      write_file(name(".zip"), archive);
      return {name(".zip"), "odd-*"};
    }
    case 3: {  // packed in an archive
      std::string archive = zipped({{"odd-member.gz", gzipped(name(".gz"), bytes), random() % 2 == 0}});
      if (random() % 2 == 0) flip_a_byte(archive, random);
      write_file(name(".zip"), archive);
      return {name(".zip"), "odd-*.gz"};
    }
    case 4: {  // in a packed tar in a tar
      std::string inner = tarred("odd-member", bytes);
      if (random() % 2 == 0) flip_a_byte(inner, random);
      std::string archive = tarred("odd-tar.gz", gzipped(name(".gz"), inner));
      if (random() % 2 == 0) flip_a_byte(archive, random);
      write_file(name(".tar"), archive);
      return {name(".tar"), "odd-*", "odd-*"};
    }
    default: write_file(path, bytes); return {path};
  }
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
            here.streams.push_back({packed_oddly(path, random)});
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

}  // namespace
}  // namespace synthbench
