#include "tasks/text/special_tokens.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tests/tasks/scratch.h"

namespace synthbench {
namespace {

class SpecialTokensOf : public ::testing::TestWithParam<std::string> {
 protected:
  TextTokens tokens(std::int64_t vocab, std::int64_t sentinels) const { return train_text_tokens(GetParam(), text_, vocab, sentinels); }

  ScratchFolder cache_;
  WithEnvironment environment_{"SYNTHBENCH_CACHE", cache_.path().c_str()};
  const std::string text_ = read_file(SYNTHBENCH_SOURCE_DIR "/tasks/data/tinyshakespeare/input.txt").substr(0, 50000);
};

TEST_P(SpecialTokensOf, NoTextYieldsThemAndTheVocabularyHoldsThemAll) {
  const TextTokens found = tokens(900, 20);
  EXPECT_LE(found.special.vocabulary(), 900) << "data.vocab bounds all ids";
  EXPECT_EQ(found.special.vocabulary(), found.tokenizer->vocabulary() + 23);
  std::set<std::int32_t> special = {found.special.pad(), found.special.bos(), found.special.eos()};
  for (std::int64_t k = 0; k < 20; ++k) special.insert(found.special.sentinel(k));
  EXPECT_EQ(special.size(), 23u) << "all are different";
  EXPECT_EQ(*special.rbegin(), found.special.vocabulary() - 1);
  for (const std::int32_t id : found.tokenizer->encode(text_ + "<pad> </s> <extra_id_0>")) ASSERT_FALSE(special.contains(id));
  EXPECT_TRUE(found.special.is_sentinel(found.special.sentinel(0)) && found.special.is_sentinel(found.special.sentinel(19)));
  EXPECT_FALSE(found.special.is_sentinel(found.special.eos()) || found.special.is_sentinel(0));
}

TEST_P(SpecialTokensOf, TextEndsAtTheFirstEos) {
  const TextTokens found = tokens(900, 2);
  std::vector<std::int32_t> ids = {found.special.bos(), found.special.pad()};
  const std::vector<std::int32_t> spoken = found.tokenizer->encode("First Citizen:");
  ids.insert(ids.end(), spoken.begin(), spoken.end());
  ids.push_back(found.special.sentinel(1));
  ids.push_back(found.special.eos());
  ids.insert(ids.end(), spoken.begin(), spoken.end());
  EXPECT_EQ(found.text(ids), "First Citizen:");
  EXPECT_EQ(found.text({}), "");
}

TEST_P(SpecialTokensOf, TooSmallAVocabularyIsExplained) {
  for (const std::int64_t vocab : {1, 10, 14}) {
    try {
      tokens(vocab, 10);
      FAIL() << vocab;
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find("data.vocab is " + std::to_string(vocab)), std::string::npos) << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, SpecialTokensOf, ::testing::ValuesIn(tokenizers().names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace synthbench
