#include "tasks/metrics/tokenize.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "tasks/metrics/porter.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

std::string tokens(const std::string& tokenizer, const std::string& text) {
  const std::string spaced = bleu_tokenizer(tokenizer)(text);
  std::string out;
  for (const std::string_view token : split_at_blanks(spaced)) out.append(out.empty() ? "" : "|").append(token);
  return out;
}

TEST(Tokenize, A13aPartsMarksButLeavesNumbersWhole) {
  EXPECT_EQ(tokens("13a", "It's 1,200.5 (about &quot;half&quot;), 3-4."), "It's|1,200.5|(|about|\"|half|\"|)|,|3|-|4|.");
  EXPECT_EQ(tokens("13a", "a,.b"), "a|,|.|b");
  EXPECT_EQ(tokens("13a", "re<skipped>joined and-\nmended\nlines"), "rejoined|andmended|lines");
  EXPECT_EQ(tokens("13a", "&amp;lt;"), "<") << "entities are replaced one after another";
}

TEST(Tokenize, IntlFollowsUnicodeCategories) {
  EXPECT_EQ(tokens("intl", "«1,5 €» – ja…"), "«1,5|€|»|–|ja|…");
  EXPECT_EQ(tokens("intl", "in 2021."), "in|2021.") << "mteval-v14's known slip at the end of a line";
  EXPECT_EQ(tokens("13a", "«ja»"), "«ja»");
}

TEST(Tokenize, ChineseCharactersStandApart) {
  EXPECT_EQ(tokens("zh", "T恤衫，3.5元."), "T|恤|衫|，|3.5|元|.");
  EXPECT_EQ(tokens("char", "a b\u3000é"), "a|b|é");
}

TEST(Tokenize, AnUnknownTokenizerIsNamedWithTheNearestOne) {
  try {
    bleu_tokenizer("13b");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("13a"), std::string::npos) << error.what();
  }
}

TEST(Tokenize, RougeKeepsLettersAndDigitsOfAscii) {
  EXPECT_EQ(join(rouge_tokens("Ties, dying  O'Neil-2 naïve", false), "|"), "ties|dying|o|neil|2|na|ve");
  EXPECT_EQ(join(rouge_tokens("ties dying flies", true), "|"), "tie|die|fli");
  EXPECT_EQ(join(rouge_tokens("was gas", true), "|"), "was|gas") << "three letters are not stemmed";
}

TEST(Tokenize, TercomSwitchesDoWhatTheySay) {
  EXPECT_EQ(tercom_tokenized("The \"End\", 1.5!", {}), "the \"end\", 1.5!");
  EXPECT_EQ(tercom_tokenized("The \"End\", 1.5!", {.normalized = true, .case_sensitive = true}), "The \" End \" , 1.5 !");
  EXPECT_EQ(tercom_tokenized("The \"End\", 1.5!", {.no_punctuation = true}), "the end 15");
  EXPECT_EQ(tercom_tokenized("日本。", {.normalized = true, .asian_support = true}), "日 本 。");
}

TEST(Porter, StemsAsNltkDoes) {
  // NLTK's own examples, and words where its extensions differ from Porter's paper.
  const std::vector<std::pair<std::string, std::string>> stems = {{"caresses", "caress"},
                                                                  {"ponies", "poni"},
                                                                  {"ties", "tie"},
                                                                  {"died", "die"},
                                                                  {"dying", "die"},
                                                                  {"agreed", "agre"},
                                                                  {"plastered", "plaster"},
                                                                  {"sing", "sing"},
                                                                  {"conflated", "conflat"},
                                                                  {"hopping", "hop"},
                                                                  {"falling", "fall"},
                                                                  {"filing", "file"},
                                                                  {"happy", "happi"},
                                                                  {"sky", "sky"},
                                                                  {"enjoy", "enjoy"},
                                                                  {"relational", "relat"},
                                                                  {"vietnamization", "vietnam"},
                                                                  {"geology", "geolog"},
                                                                  {"adoption", "adopt"},
                                                                  {"controll", "control"},
                                                                  {"hopefully", "hope"},
                                                                  {"is", "is"},
                                                                  {"", ""},
                                                                  {"yyyy", "yyyi"}};
  for (const auto& [word, stem] : stems) EXPECT_EQ(porter_stem(word), stem) << word;
}

TEST(Unicode, BlanksAndCaseAreThoseOfPython) {
  EXPECT_EQ(lower_case("ΑΣ ΣΑ İ ẞ"), "ας σα i\u0307 ß");
  EXPECT_EQ(split_at_blanks("\u3000a\u00a0b\u2028\x1c c\u200b ").size(), 3u) << "a zero-width space is no blank";
  EXPECT_EQ(strip("\u00a0 x\u2003"), "x");
  EXPECT_EQ(strip(" \u3000"), "");
}

TEST(Unicode, BytesThatAreNotUtf8AreFound) {
  EXPECT_FALSE(first_invalid_byte("naïve 日本 😀"));
  EXPECT_EQ(first_invalid_byte("ab\xff"), 2u);
  EXPECT_EQ(first_invalid_byte("\xed\xa0\x80"), 0u) << "a surrogate";
  EXPECT_EQ(first_invalid_byte("a\xc0\xaf"), 1u) << "overlong";
  EXPECT_EQ(first_invalid_byte("\xe6\x97"), 0u) << "cut";
  EXPECT_EQ(utf8_of(code_points("naïve 日本 😀")), "naïve 日本 😀");
}

}  // namespace
}  // namespace synthbench
