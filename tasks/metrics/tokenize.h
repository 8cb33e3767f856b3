#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// The text with blanks where its tokens end; "13a", "char", "intl", "none", "zh" as in sacreBLEU. Break it with split_at_blanks.
using SpacedOut = std::string (*)(std::string_view text);

/// The tokenizer of BLEU with this name. Throws UserError that lists those there are.
SpacedOut bleu_tokenizer(const std::string& name);
const std::vector<std::string>& bleu_tokenizers();

/// Tercom's, for TER; the four switches are those of sacreBLEU.
struct TercomOptions {
  bool normalized = false, no_punctuation = false, asian_support = false, case_sensitive = false;
};
std::string tercom_tokenized(std::string_view text, const TercomOptions& options);

/// ROUGE's: lower case, then the runs of [a-z0-9]; with stem, those of more than three characters are stemmed.
std::vector<std::string> rouge_tokens(std::string_view text, bool stem);

}  // namespace synthbench
