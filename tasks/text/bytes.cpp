// One id per byte: 256 ids, whatever data.vocab says above that. Bits per byte need no other tokenizer's help here.
#include <fmt/format.h>

#include "harness/base/error.h"
#include "tasks/text/tokenizer.h"

namespace synthbench {
namespace {

class Bytes final : public Tokenizer {
 public:
  std::int64_t vocabulary() const override { return 256; }
  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    ids.reserve(text.size());
    for (const char byte : text) ids.push_back(static_cast<unsigned char>(byte));
    return ids;
  }
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    for (const std::int32_t id : ids) text += static_cast<char>(id);
    return text;
  }
  std::size_t source_bytes(std::string_view, std::span<const std::int32_t> first) const override { return first.size(); }
};

const bool registered =
    tokenizers().add("bytes", {"one id per byte, always 256", [](std::string_view, std::int64_t vocab) -> std::unique_ptr<Tokenizer> {
                                 if (vocab < 256) throw UserError(fmt::format("data.vocab is {}: the tokenizer 'bytes' needs 256", vocab));
                                 return std::make_unique<Bytes>();
                               }});

}  // namespace
}  // namespace synthbench
