#include "tasks/text/spool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <vector>

#include "ablations/config.h"
#include "tasks/task.h"
#include "tests/tasks/scratch.h"

namespace synthbench {
namespace {

TEST(Spool, GivesBackWhatWasWritten) {
  const ScratchFolder folder;
  const WithEnvironment cache("SYNTHBENCH_CACHE", folder.path().c_str());
  Spool spool;
  std::string expected;
  for (int k = 0; k < 5000; ++k) {
    const std::string piece(static_cast<std::size_t>(k % 997), static_cast<char>('a' + k % 26));
    spool.append(piece);
    expected += piece;
  }
  spool.close();
  EXPECT_TRUE(spool.text() == expected);
  const std::string_view before = spool.text();
  const Spool moved = std::move(spool);
  EXPECT_EQ(moved.text().data(), before.data());
  EXPECT_TRUE(before == expected);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the file has no name";
}

TEST(Spool, KeepsNumbers) {
  Spool spool, nothing;
  const std::vector<std::int32_t> first = {1, -2, 3}, second = {1 << 30};
  spool.append(first);
  spool.append(second);
  spool.close();
  nothing.close();
  EXPECT_EQ(std::vector<std::int32_t>(spool.numbers().begin(), spool.numbers().end()), (std::vector<std::int32_t>{1, -2, 3, 1 << 30}));
  EXPECT_TRUE(nothing.numbers().empty());
  EXPECT_EQ(nothing.text(), "");
}

TEST(Spool, LiesWithTemporaryFilesWhereTheCacheTakesNone) {
  const WithEnvironment cache("SYNTHBENCH_CACHE", "/dev/null/none");
  Spool spool;
  spool.append("kept");
  spool.close();
  EXPECT_EQ(spool.text(), "kept");
}

/// Bytes of data that this process has taken from the kernel.
rlim_t data_in_use() {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    rlim_t kib = 0;
    if (word == "VmData:" && file >> kib) return kib << 10;
  }
  return 0;
}

/// A text of 66 MB has 66 million ids of four bytes: neither fits into 48 MiB.
TEST(LanguageModelData, OfAnyLengthFitsIntoLittleMemory) {
  const ScratchFolder data, cache;
  const WithEnvironment data_folder("SYNTHBENCH_DATA", data.path().c_str()), cache_folder("SYNTHBENCH_CACHE", cache.path().c_str());
  std::filesystem::create_directories(data / "tinyshakespeare");
  {
    std::ofstream file(data / "tinyshakespeare/input.txt");
    for (int line = 0; line < 1000000; ++line)
      file << "the king speaks " << line % 100 + 100 << " times, and so we all may rest there again now\n";
  }
  const Json keys = {{"task", "lm"}, {"data.name", "tinyshakespeare"}, {"data.tokenizer", "bytes"}, {"seq_len", 32}, {"batch", 2}};
  const Config config(keys);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlim_t most = data_in_use() + (rlim_t{48} << 20);
    const rlimit limit{most, most};
    if (::setrlimit(RLIMIT_DATA, &limit) != 0) std::_Exit(2);
    try {
      const auto loaded = tasks().at("lm").load(config);
      std::_Exit(loaded->bytes(Split::valid) > 3000000 && loaded->train_batch(3, 1).rows == 2 ? 0 : 3);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::_Exit(1);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace synthbench
