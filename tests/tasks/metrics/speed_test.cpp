// How long large files take.
#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "harness/base/files.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/segments.h"
#include "tests/tasks/scratch.h"

namespace synthbench {
namespace {

TEST(BleuSlow, AHundredThousandLinesTakeLessThanFiveSecondsOfOneProcessor) {
  constexpr int kLines = 100000, kWords = 25;  // a newstest has 21 words a line
  std::mt19937_64 random(1);
  std::string hypotheses, references;
  for (int line = 0; line < kLines; ++line) {
    for (int k = 0; k < kWords; ++k) {
      const std::string word = "word" + std::to_string(random() % 20000 * (random() % 20000) / 20000);  // some words are frequent
      references += word + (k % 9 == 8 ? ", " : " ");
      hypotheses += (random() % 4 == 0 ? "another" : word) + (k % 9 == 8 ? ", " : " ");
    }
    hypotheses += "end.\n";
    references += "end.\n";
  }
  const ScratchFolder folder;
  write_file(folder / "hyp", hypotheses);
  write_file(folder / "ref", references);
  const std::clock_t start = std::clock();
  const Score found = score("bleu", read_texts(folder / "hyp", {folder / "ref"}));
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  EXPECT_EQ(found.n, static_cast<std::size_t>(kLines));
  EXPECT_GT(*found.value, 10);
  EXPECT_LT(seconds, 5) << "of one processor: nothing here has a second thread";
}

}  // namespace
}  // namespace synthbench
