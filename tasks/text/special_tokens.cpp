#include "tasks/text/special_tokens.h"

#include <fmt/format.h>

#include <vector>

#include "harness/base/error.h"

namespace synthbench {

std::string TextTokens::text(std::span<const std::int32_t> ids) const {
  std::vector<std::int32_t> spelt;
  for (const std::int32_t id : ids) {
    if (id == special.eos()) break;
    if (id < special.first) spelt.push_back(id);
  }
  return tokenizer->decode(spelt);
}

TextTokens train_text_tokens(const std::string& tokenizer, std::string_view training_text, std::int64_t vocab, std::int64_t sentinels) {
  const std::int64_t own = SpecialTokens::kMarks + sentinels;
  if (vocab <= own) throw UserError(fmt::format("data.vocab is {}: the special tokens alone are {}", vocab, own));
  TextTokens tokens;
  try {
    tokens.tokenizer = tokenizers().at(tokenizer).train(training_text, vocab - own);
  } catch (const UserError& error) {
    throw UserError(fmt::format("{} (data.vocab is {}, of which {} are special tokens)", error.what(), vocab, own));
  }
  tokens.special = {.first = tokens.tokenizer->vocabulary(), .sentinels = sentinels};
  return tokens;
}

}  // namespace synthbench
