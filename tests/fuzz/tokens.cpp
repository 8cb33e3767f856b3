// Tokenizers: whatever bytes one learns from and is given, ids lie below its vocabulary, text comes back, and spans that are
// taken out of its tokens can be put back.
#include <algorithm>
#include <cstdlib>

#include "harness/base/error.h"
#include "tasks/metrics/unicode.h"
#include "tasks/text/span_corruption.h"
#include "tasks/text/special_tokens.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

/// Nothing is kept between inputs.
const bool without_cache = [] {
  for (const char* name : {"SYNTHBENCH_CACHE", "XDG_CACHE_HOME", "HOME"}) ::unsetenv(name);
  return true;
}();

void check_ids(const Tokenizer& tokenizer, std::string_view text, std::span<const std::int32_t> ids) {
  for (const std::int32_t id : ids) always(id >= 0 && id < tokenizer.vocabulary(), "an id outside of the vocabulary");
  std::size_t before = 0;
  for (std::size_t used = 0; used <= ids.size(); used += 1 + ids.size() / 16) {
    const std::size_t bytes = tokenizer.source_bytes(text, ids.first(used));
    always(bytes >= before && bytes <= text.size(), "source bytes that run backwards or out of the text");
    before = bytes;
  }
}

void check_spans(const SpecialTokens& special, std::span<const std::int32_t> ids) {
  if (noise_counts(std::ssize(ids)).spans > special.sentinels) return;
  const Corrupted out = corrupted(ids, special, 1, ids.size());
  always(std::ranges::equal(restored(out, special), ids), "tokens that do not come back from their spans");
}

/// A byte chooses the tokenizer, one the vocabulary; 0xff, which no UTF-8 holds, ends the training text.
void fuzz(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const std::vector<std::string> names = tokenizers().names();
  const std::string name = names[static_cast<unsigned char>(bytes[0]) % names.size()];
  const std::int64_t vocab = 2 + 3 * static_cast<std::int64_t>(static_cast<unsigned char>(bytes[1]));
  bytes.remove_prefix(2);
  const std::size_t end = std::min(bytes.find('\xff'), bytes.size());
  const std::string_view training = bytes.substr(0, end), text = bytes.substr(std::min(end + 1, bytes.size()));
  const bool subwords = name == "bpe" || name == "unigram";
  if (subwords && (first_invalid_byte(training) || first_invalid_byte(text))) return;  // refused where files are read
  try {
    const TextTokens tokens = train_text_tokens(name, training, vocab, 9);
    always(tokens.special.vocabulary() <= vocab, "a vocabulary beyond its bound");
    const std::vector<std::int32_t> ids = tokens.tokenizer->encode(text);
    check_ids(*tokens.tokenizer, text, ids);
    check_spans(tokens.special, ids);
    if (subwords || name == "bytes") always(tokens.text(ids) == text, "text that does not come back");
    if (name == "chars")
      always(tokens.text(tokens.tokenizer->encode(tokens.text(ids))) == tokens.text(ids), "unknown characters that change");
  } catch (const UserError& error) {
    check_refusal(error.what());
  }
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
