// Canonical JSON: what is written, read and written again is the same bytes, and the hash of a config follows them.
#include "harness/base/json.h"

#include "ablations/config.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

void fuzz(std::string_view text) {
  const Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_discarded()) return;
  const std::string once = parsed.dump();
  const Json again = Json::parse(once);
  always(again.dump() == once, "canonical JSON changes when it is read and written");
  if (parsed.is_object()) always(Config(parsed).sha() == Config(again).sha(), "equal configs with different hashes");
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
