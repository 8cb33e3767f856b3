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

/// chrF++'s words: between blanks; a mark at the end of one is a word of its own, or else one at its start: "(hi)" is "(hi" and ")".
/// Views into the text.
std::vector<std::string_view> chrf_words(std::string_view text);

/// SQuAD's and ReCoRD's: lower case, without ASCII punctuation, without the words a, an, the, then between blanks.
std::vector<std::string> squad_words(std::string_view text);

/// ROUGE's: lower case, then the runs of [a-z0-9]; with stem, those of more than three characters are stemmed.
std::vector<std::string> rouge_tokens(std::string_view text, bool stem);

}  // namespace synthbench
