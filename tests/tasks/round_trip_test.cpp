// decode(encode(x)) is x, for `words` x with one blank between words, on examples of every data set that is there, as its loader gives
// them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "harness/base/files.h"
#include "tasks/datasets/data_set.h"
#include "tasks/metrics/unicode.h"
#include "tasks/text/tokenizer.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesOfASplit = 1 << 14;  // drawn afresh each time; all of them take minutes
constexpr std::uint64_t kLookedAt = 3000;        // examples of a split of which some are drawn

std::string data_root() {
  const char* own = std::getenv("SYNTHBENCH_DATA");
  return own ? own : std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/data";
}

/// All texts of an example, a line break behind each.
std::string text_of(const Record& record) {
  std::string text;
  for (const auto& [field, value] : record.fields) text += value + "\n";
  return text;
}

/// Some of the first examples of a split, each as likely as another.
std::string drawn_from(const DataSet& data, const SplitHere& here, std::mt19937_64& random) {
  const Examples examples = open_split(data, here);
  std::vector<std::string> drawn(20);
  std::uint64_t seen = 0;
  for (Record record; seen < kLookedAt && examples(record); ++seen) {
    if (const std::uint64_t place = seen < drawn.size() ? seen : random() % (seen + 1); place < drawn.size())
      drawn[place] = text_of(record);
  }
  std::string text;
  for (const std::string& one : drawn) {
    if (text.size() < kBytesOfASplit) text += one;
  }
  return text;
}

/// A text from every layout of every split of every data set that is there, by its name.
const std::vector<std::pair<std::string, std::string>>& texts_there() {
  static const std::vector<std::pair<std::string, std::string>> texts = [] {
    std::mt19937_64 random(test_seed());
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& [name, data] : data_sets()) {
      for (const SplitHere& here : splits_here(data, true)) {
        all.emplace_back(name + ", " + here.split->name + ": " + here.files(), drawn_from(data, here, random));
      }
    }
    return all;
  }();
  return texts;
}

/// Lines from all over a text, at least one, at most about `bytes` of them; those that are not UTF-8 are left out.
std::string some_lines(const std::string& text, std::size_t bytes, std::mt19937_64& random) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, std::min(end + 1, rest.size())));
    rest.remove_prefix(lines.back().size());
  }
  if (text.size() > bytes) std::ranges::shuffle(lines, random);
  std::string chosen;
  for (const std::string_view line : lines) {
    if (chosen.size() > bytes) break;
    if (!first_invalid_byte(line)) chosen += line;
  }
  return chosen;
}

/// A blank between words, none at the ends of lines: what `words` gives back.
std::string with_single_blanks(const std::string& text) {
  std::string out;
  bool between = false;
  for (const char byte : text) {
    if (byte == ' ' || byte == '\t' || byte == '\r') {
      between = true;
      continue;
    }
    if (between && byte != '\n' && !out.empty() && out.back() != '\n') out += ' ';
    between = false;
    out += byte;
  }
  return out;
}

class RealText : public ::testing::TestWithParam<std::string> {
 protected:
  ScratchFolder cache_;
  WithEnvironment environment_{"SYNTHBENCH_CACHE", cache_.path().c_str()};
};

TEST_P(RealText, ComesBack) {
  SCOPED_TRACE(seed_trace());
  if (!fs::is_directory(data_root())) GTEST_SKIP() << "no data in " << data_root() << " (SYNTHBENCH_DATA names another folder)";
  std::mt19937_64 random(test_seed());
  const WithEnvironment data("SYNTHBENCH_DATA", data_root().c_str());
  const auto& texts = texts_there();
  ASSERT_GT(texts.size(), 80u);
  std::string training;  // of all languages and formats
  for (const auto& [name, text] : texts) training += some_lines(text, 2000, random);
  const auto subwords = tokenizers().at(GetParam()).train(training, 3000);
  for (const auto& [name, text] : texts) {
    const std::string& lines = text;
    const bool knows_all = GetParam() == "bpe" || GetParam() == "unigram" || GetParam() == "bytes";
    const auto own = knows_all ? nullptr : tokenizers().at(GetParam()).train(lines, std::int64_t{1} << 30);
    const Tokenizer& tokenizer = own ? *own : *subwords;
    const std::string back = tokenizer.decode(tokenizer.encode(lines)), wanted = GetParam() == "words" ? with_single_blanks(lines) : lines;
    const auto [there, here] = std::ranges::mismatch(back, wanted);
    ASSERT_TRUE(back == wanted) << name << ", from byte " << here - wanted.begin() << ": '"
                                << std::string(here, std::min(here + 40, wanted.end())) << "' came back as '"
                                << std::string(there, std::min(there + 40, back.end())) << "'";
  }
}

TEST_P(RealText, ShippedTextComesBack) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const std::string text = some_lines(read_file(SYNTHBENCH_SOURCE_DIR "/tasks/data/tinyshakespeare/input.txt"), 4 * kBytesOfASplit, random);
  const auto tokenizer = tokenizers().at(GetParam()).train(text, GetParam() == "words" ? std::int64_t{1} << 30 : 1000);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), GetParam() == "words" ? with_single_blanks(text) : text);
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, RealText, ::testing::ValuesIn(tokenizers().names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace synthbench
