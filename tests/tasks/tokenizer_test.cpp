#include "tasks/text/tokenizer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <random>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tests/tasks/scratch.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// English-like lines with odd blanks and characters of one to four bytes.
std::string sample_text(std::uint64_t seed, int lines = 400) {
  std::mt19937_64 random(seed);
  const std::vector<std::string> words = {"the",
                                          "king",
                                          "speaks",
                                          "spoke",
                                          "speaking",
                                          "thou",
                                          "crown",
                                          "na\xC3\xAFve",
                                          "\xE2\x82\xAC"
                                          "5",
                                          "\xF0\x9F\x91\x91",
                                          "end.",
                                          "'tis",
                                          "kings",
                                          "crowned"};
  std::string text;
  for (int line = 0; line < lines; ++line) {
    for (std::uint64_t left = random() % 9; left > 0; --left) text += words[random() % words.size()] + (random() % 20 == 0 ? "  " : " ");
    text += '\n';
  }
  return text;
}

std::unique_ptr<Tokenizer> trained(const std::string& name, std::string_view text, std::int64_t vocab = 1000) {
  return tokenizers().at(name).train(text, vocab);
}

class EveryTokenizer : public ::testing::TestWithParam<std::string> {
 protected:
  ScratchFolder cache_;
  WithEnvironment environment_{"SYNTHBENCH_CACHE", cache_.path().c_str()};
};

TEST_P(EveryTokenizer, IdsLieBelowTheVocabulary) {
  SCOPED_TRACE(seed_trace());
  const std::string text = sample_text(test_seed());
  const auto tokenizer = trained(GetParam(), text);
  EXPECT_LE(tokenizer->vocabulary(), 1000);
  const auto ids = tokenizer->encode(text + "unseen \xC3\xA9\xFF words");
  ASSERT_FALSE(ids.empty());
  EXPECT_GE(*std::ranges::min_element(ids), 0);
  EXPECT_LT(*std::ranges::max_element(ids), tokenizer->vocabulary());
}

TEST_P(EveryTokenizer, TrainingTwiceGivesEqualIds) {
  SCOPED_TRACE(seed_trace());
  const std::string text = sample_text(test_seed());
  const auto first = trained(GetParam(), text)->encode(text);
  const ScratchFolder other;
  const WithEnvironment fresh("SYNTHBENCH_CACHE", other.path().c_str());
  EXPECT_EQ(trained(GetParam(), text)->encode(text), first);
}

TEST_P(EveryTokenizer, AnEmptyTextHasNoTokens) {
  const auto tokenizer = trained(GetParam(), sample_text(test_seed()));
  EXPECT_TRUE(tokenizer->encode("").empty());
  EXPECT_EQ(tokenizer->decode({}), "");
}

TEST_P(EveryTokenizer, SourceBytesOfAPrefixAreThoseWhoseIdsItHolds) {
  SCOPED_TRACE(seed_trace());
  const auto tokenizer = trained(GetParam(), sample_text(test_seed()));
  const std::string text = " two  blanks\t\n\n" + sample_text(test_seed() + 1, 40) +
                           "unseen \xC3\xA9 \xE4\xBD\xA0 words \xE2\x96\x81mark\xE2\x96\x81\xE2\x96\x81 \xE2\x82\xAC.";
  const auto ids = tokenizer->encode(text);
  std::size_t before = 0;
  for (std::size_t used = 0; used <= ids.size(); ++used) {
    const std::size_t bytes = tokenizer->source_bytes(text, std::span(ids).first(used));
    ASSERT_GE(bytes, before) << used;
    before = bytes;
    if (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) continue;  // a byte piece inside a character
    ASSERT_EQ(tokenizer->decode(tokenizer->encode(text.substr(0, bytes))), tokenizer->decode(std::span(ids).first(used))) << used;
  }
  EXPECT_EQ(before, text.size());
}

TEST_P(EveryTokenizer, ATextHasTheIdsOfItsLines) {
  SCOPED_TRACE(seed_trace());
  const auto tokenizer = trained(GetParam(), sample_text(test_seed()));
  const std::string text = " \n\n" + sample_text(test_seed() + 2, 60000) + "no end";
  ASSERT_GT(text.size(), std::size_t{1} << 20) << "more than is encoded at a time";
  const std::vector<std::int32_t> whole = tokenizer->encode(text);
  std::vector<std::int32_t> by_line;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    const std::vector<std::int32_t> ids = tokenizer->encode(line);
    by_line.insert(by_line.end(), ids.begin(), ids.end());
    rest.remove_prefix(line.size());
  }
  EXPECT_TRUE(by_line == whole);
  const Spool kept = encoded(*tokenizer, text);
  EXPECT_TRUE(std::ranges::equal(kept.numbers(), whole));
  EXPECT_TRUE(encoded(*tokenizer, "").numbers().empty());
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, EveryTokenizer, ::testing::ValuesIn(tokenizers().names()),
                         [](const auto& parameter) { return parameter.param; });

class Lossless : public EveryTokenizer {};

TEST_P(Lossless, TrainingTextComesBack) {
  SCOPED_TRACE(seed_trace());
  const std::string text = sample_text(test_seed());
  const auto tokenizer = trained(GetParam(), text);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
}

TEST_P(Lossless, SourceBytesOfAPrefixAreTheTextItSpells) {
  SCOPED_TRACE(seed_trace());
  const std::string text = "  " + sample_text(test_seed(), 60);
  const auto tokenizer = trained(GetParam(), text);
  const auto ids = tokenizer->encode(text);
  for (std::size_t used = 0; used <= ids.size(); ++used) {
    const std::size_t bytes = tokenizer->source_bytes(text, std::span(ids).first(used));
    if (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) continue;
    ASSERT_EQ(tokenizer->decode(std::span(ids).first(used)), text.substr(0, bytes)) << used;
  }
}

/// What trips tokenizers: blanks of all kinds, combining marks, SentencePiece's own signs and names, NUL.
std::string odd_text() {
  using namespace std::string_literals;
  return " leading, trailing  \n\n\n\ttab\r\n  two\n \nno line end \xC3\xA9\xF0\x9F\x91\x91"
         "e\xCC\x81 \xCC\x88\xCC\x88 \xC2\xA0nbsp\xE3\x80\x80wide\xE2\x80\xA8separator\xEF\xBB\xBF\xE2\x80\x8Bzero\n"
         "\xE2\x96\x81mark \xE2\x96\x81\xE2\x96\x81 a\xE2\x96\x81\n\xE2\x96\x81\n\xE2\x96 \xEF\xBF\xBD\n"
         "<unk> <s></s> <0x0A> <pad>\n"
         "nul\0inside\0\n\x01\x7F\n"s;
}

TEST_P(Lossless, OddTextComesBack) {
  std::string odd = odd_text();
  odd.erase(odd.find("\xE2\x96 "), 2);  // bytes that are no UTF-8 are bytes' and chars' matter alone
  const auto tokenizer = trained(GetParam(), odd + sample_text(test_seed()) + odd);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(odd)), odd);
  for (std::size_t start = 0; start < odd.size(); ++start) {
    if ((static_cast<unsigned char>(odd[start]) & 0xC0) == 0x80) continue;
    ASSERT_EQ(tokenizer->decode(tokenizer->encode(odd.substr(start))), odd.substr(start)) << start;
  }
  for (const char* text : {"\n", "\n\n", " ", "a", "a\n", "  a"}) {
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text) << "'" << text << "'";
  }
}

TEST_P(Lossless, AVeryLongLineComesBack) {
  SCOPED_TRACE(seed_trace());
  std::string line = sample_text(test_seed(), 60000);
  std::ranges::replace(line, '\n', ' ');
  ASSERT_GT(line.size(), std::size_t{1} << 20);
  const auto tokenizer = trained(GetParam(), line);
  const auto ids = tokenizer->encode(line);
  EXPECT_EQ(tokenizer->decode(ids), line);
  const bool subwords = GetParam() == "bpe" || GetParam() == "unigram";
  EXPECT_LT(ids.size(), subwords ? line.size() * 2 / 3 : line.size() + 1) << "a line that is left out leaves bytes, an id each";
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, Lossless, ::testing::Values("bpe", "bytes", "chars", "unigram"),
                         [](const auto& parameter) { return parameter.param; });

class Subwords : public EveryTokenizer {};

TEST_P(Subwords, ATextOfBlanksTeachesNothing) {
  for (const char* text : {"", "\n", "  \n \n"}) {
    try {
      trained(GetParam(), text);
      FAIL();
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find("nothing but blanks"), std::string::npos) << error.what();
    }
  }
}

TEST_P(Subwords, OneLineWithoutBlanksIsLearnedFrom) {
  std::string line;
  while (line.size() < (std::size_t{5} << 18)) line += "\xE4\xBD\xA0\xE5\xA5\xBD\xE4\xB8\xAD\xE6\x96\x87";
  const auto tokenizer = trained(GetParam(), line, 400);
  EXPECT_LT(tokenizer->encode(line).size(), line.size() / 3) << "fewer pieces than characters";
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(line)), line);
}

TEST_P(Subwords, UnseenCharactersFallBackToBytes) {
  const auto tokenizer = trained(GetParam(), sample_text(test_seed()));
  const std::string unseen = "\xD0\x96 \xE4\xBD\xA0\xE5\xA5\xBD Q7";
  EXPECT_EQ(tokenizer->decode(tokenizer->encode(unseen)), unseen);
}

TEST_P(Subwords, VocabularyIsAnUpperBound) {
  const auto tokenizer = trained(GetParam(), sample_text(test_seed()), 20000);
  EXPECT_LT(tokenizer->vocabulary(), 20000);
  EXPECT_GT(tokenizer->vocabulary(), 256);
}

TEST_P(Subwords, FrequentWordsOfRealTextAreOnePiece) {
  const std::string text = read_file(SYNTHBENCH_SOURCE_DIR "/tasks/data/tinyshakespeare/input.txt").substr(0, 200000);
  const auto tokenizer = trained(GetParam(), text);
  for (const char* word : {"the", "you", "and", "my"}) EXPECT_EQ(tokenizer->encode(word).size(), 1u) << word;
  EXPECT_LT(tokenizer->encode(text).size(), text.size() / 2);
}

TEST_P(Subwords, TooSmallAVocabularyIsExplained) {
  try {
    trained(GetParam(), sample_text(test_seed()), 100);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("data.vocab is 100: tokenizer '" + GetParam() + "'"), std::string::npos) << error.what();
  }
}

/// The files of a cache that hold a tokenizer.
std::vector<std::string> entries(const ScratchFolder& cache) {
  std::vector<std::string> paths;
  for (const auto& file : std::filesystem::recursive_directory_iterator(cache.path())) {
    if (file.is_regular_file() && file.path().filename() != "lock") paths.push_back(file.path().string());
  }
  return paths;
}

TEST_P(Subwords, ADamagedCacheIsMadeAnew) {
  SCOPED_TRACE(seed_trace());
  const std::string text = sample_text(test_seed());
  trained(GetParam(), text);
  ASSERT_EQ(entries(cache_).size(), 1u);
  const std::string path = entries(cache_).front(), whole = read_file(path);
  std::mt19937_64 random(test_seed());
  std::vector<std::string> damages = {"", "damaged", whole.substr(0, whole.size() / 2), whole + "x"};
  for (int k = 0; k < 4; ++k) {
    damages.push_back(whole);
    damages.back()[random() % whole.size()] ^= 1;  // one bit, which a model would load without a word
  }
  for (const std::string& damaged : damages) {
    write_file(path, damaged);
    trained(GetParam(), text);
    ASSERT_EQ(read_file(path), whole);
  }
}

TEST_P(Subwords, TrainingAgainGivesTheSameBytes) {
  SCOPED_TRACE(seed_trace());
  const std::string text = sample_text(test_seed());
  trained(GetParam(), text);
  const ScratchFolder other;
  const WithEnvironment fresh("SYNTHBENCH_CACHE", other.path().c_str());
  const WithEnvironment threads("OMP_NUM_THREADS", "3");
  trained(GetParam(), text);
  EXPECT_EQ(read_file(entries(cache_).front()), read_file(entries(other).front()));
}

TEST_P(Subwords, ACacheThatCannotBeWrittenIsNoError) {
  const WithEnvironment nowhere("SYNTHBENCH_CACHE", "/proc/no such folder");
  EXPECT_GT(trained(GetParam(), sample_text(test_seed()))->vocabulary(), 256);
}

TEST_P(Subwords, WorkersThatStartTogetherAgree) {
  const std::string text = sample_text(test_seed());
  std::vector<pid_t> workers;
  for (int k = 0; k < 4; ++k) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool well = false;
      try {
        well = trained(GetParam(), text)->vocabulary() > 256;
      } catch (...) {
      }
      ::_exit(well ? 0 : 1);
    }
    workers.push_back(child);
  }
  for (const pid_t worker : workers) {
    int status = -1;
    ASSERT_EQ(::waitpid(worker, &status, 0), worker);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(entries(cache_).size(), 1u) << "no partial file stays";
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, Subwords, ::testing::Values("bpe", "unigram"), [](const auto& parameter) { return parameter.param; });

TEST_P(Subwords, AByteOfAnUnseenCharacterIsOneSourceByte) {
  const auto tokenizer = trained(GetParam(), sample_text(test_seed()));
  const std::string text = "king\xE4\xBD\xA0";
  const auto ids = tokenizer->encode(text);
  for (std::size_t left = 0; left <= 3; ++left) {
    EXPECT_EQ(tokenizer->source_bytes(text, std::span(ids).first(ids.size() - left)), text.size() - left) << left;
  }
}

TEST(Tokenizers, CharactersAreRankedByFrequencyAndTheRestIsUnknown) {
  const auto chars = trained("chars", "aaabbc\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 3);
  EXPECT_EQ(chars->vocabulary(), 3);
  EXPECT_EQ(chars->encode("\xC3\xA9"
                          "abc"),
            (std::vector<std::int32_t>{1, 2, 0, 0}));
  EXPECT_EQ(chars->decode(chars->encode("ab")), "a\xEF\xBF\xBD");
  EXPECT_THROW(trained("chars", "abc", 1), UserError);
}

TEST(Tokenizers, BrokenBytesAreCharactersOfTheirOwn) {
  const std::string broken = "a\xC3(\x80\xFF\xF0\x9F\x91";
  const auto chars = trained("chars", broken);
  EXPECT_EQ(chars->encode(broken).size(), broken.size());
  EXPECT_EQ(chars->decode(chars->encode(broken)), broken);
}

TEST(Tokenizers, WordsAndLineBreaksAreTokens) {
  const std::string text = " = Title = \n\n the <unk> of the\n";
  const auto words = trained("words", text);
  EXPECT_EQ(words->decode(words->encode(text)), "= Title =\n\nthe <unk> of the\n");
  EXPECT_EQ(words->encode("<unk> never"), (std::vector<std::int32_t>{0, 0}));
  EXPECT_EQ(count_words(text), std::ssize(words->encode(text)));
}

TEST(Tokenizers, OnlyWordsAndCharactersHaveAnUnknown) {
  const std::string text = sample_text(test_seed());
  for (const char* name : {"words", "chars"}) EXPECT_EQ(trained(name, text)->unknown(), 0) << name;
  for (const char* name : {"bpe", "bytes", "unigram"}) EXPECT_EQ(trained(name, text)->unknown(), std::nullopt) << name;
}

TEST(Tokenizers, BytesNeedTwoHundredAndFiftySix) {
  EXPECT_EQ(trained("bytes", "x")->vocabulary(), 256);
  EXPECT_THROW(trained("bytes", "x", 255), UserError);
}

}  // namespace
}  // namespace synthbench
