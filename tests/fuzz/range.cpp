#include "harness/base/range.h"

#include <cmath>
#include <string>

#include "harness/base/error.h"
#include "harness/cell_filter.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

template <typename Parse>
void parse(const Parse& parsed) {
  try {
    parsed();
  } catch (const UserError& error) {
    check_refusal(error.what());
  }
}

void fuzz(std::string_view text) {
  parse([&] { always(std::ssize(parse_integers(text)) <= kMaxPoints, "more integers than the limit"); });
  parse([&] {
    for (const double value : parse_numbers(text)) always(std::isfinite(value), "a number that is not finite");
  });
  parse([&] {
    for (const std::string& piece : parse_texts(text)) always(!piece.empty(), "an empty text");
  });
  parse([&] {
    const Shard shard = parse_shard(std::string(text));
    always(shard.index >= 1 && shard.index <= shard.count, "a shard outside its count");
  });
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
