// decode(encode(x)) is x, for `words` x with one blank between words, on lines of every file of real data.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tasks/data_file.h"
#include "tasks/metrics/unicode.h"
#include "tasks/text/tokenizer.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesOfAFile = 1 << 14;  // lines drawn afresh each time; all of them take minutes

std::string data_root() {
  const char* own = std::getenv("SYNTHBENCH_DATA");
  return own ? own : std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/data";
}

std::string output_of(const std::string& command) {
  std::string bytes;
  if (std::FILE* pipe = ::popen(command.c_str(), "r")) {
    char chunk[1 << 16];
    while (const std::size_t n = std::fread(chunk, 1, sizeof chunk, pipe)) bytes.append(chunk, n);
    ::pclose(pipe);
  }
  return bytes;
}

/// What a file holds; a tar archive in gzip as the bytes of the tar, names and padding included.
std::string content_of(const fs::path& file) {
  const std::string path = file.string();
  if (file.extension() == ".gz") return read_data_file(path.substr(0, path.size() - 3)).value_or("");
  if (file.extension() == ".xz") return output_of("xz -dc '" + path + "'");
  if (file.extension() == ".zip") return {};
  return read_file(path);
}

/// Every text of a folder by its name, WikiText's members too.
std::vector<std::pair<std::string, std::string>> texts_below(const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) texts.emplace_back(fs::relative(file.path(), folder).string(), content_of(file.path()));
  }
  for (const char* part : {"train", "valid", "test"}) {
    const std::string place = fmt::format("{}/wikitext-2/wikitext-2-v1.zip!wikitext-2/wiki.{}.tokens", folder, part);
    if (auto text = read_data_file(place)) texts.emplace_back(place, std::move(*text));
  }
  std::erase_if(texts, [](const auto& text) { return text.second.empty(); });
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
  const auto texts = texts_below(data_root());
  ASSERT_GT(texts.size(), 20u);
  std::string training;  // of all languages and formats
  for (const auto& [name, text] : texts) training += some_lines(text, 2000, random);
  const auto subwords = tokenizers().at(GetParam()).train(training, 3000);
  for (const auto& [name, text] : texts) {
    const std::string lines = some_lines(text, kBytesOfAFile, random);
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
  const std::string text = some_lines(read_file(SYNTHBENCH_SOURCE_DIR "/tasks/data/tinyshakespeare/input.txt"), 4 * kBytesOfAFile, random);
  const auto tokenizer = tokenizers().at(GetParam()).train(text, GetParam() == "words" ? std::int64_t{1} << 30 : 1000);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), GetParam() == "words" ? with_single_blanks(text) : text);
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, RealText, ::testing::ValuesIn(tokenizers().names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace synthbench
