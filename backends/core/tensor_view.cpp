#include "backends/core/tensor_view.h"

#include <array>

#include "harness/base/error.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

struct DTypeFacts {
  DType dtype;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<DTypeFacts, 5> kDTypes{
    {{DType::f32, "f32", 4}, {DType::f64, "f64", 8}, {DType::bf16, "bf16", 2}, {DType::f16, "f16", 2}, {DType::i32, "i32", 4}}};

const DTypeFacts& facts(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::string_view name(DType dtype) { return facts(dtype).name; }

std::size_t size_of(DType dtype) { return facts(dtype).bytes; }

DType dtype_named(std::string_view wanted) {
  for (const DTypeFacts& known : kDTypes) {
    if (known.name == wanted && known.dtype != DType::i32) return known.dtype;
  }
  const std::array<std::string, 4> known{"f32", "f64", "bf16", "f16"};
  throw UserError(unknown_word("dtype", wanted, known));
}

std::string describe(const Layout& layout) {
  const Axes& s = layout.shape;
  return "(" + std::to_string(s.batch) + "," + std::to_string(s.head) + "," + std::to_string(s.row) + "," + std::to_string(s.col) + ") " +
         std::string(name(layout.dtype));
}

}  // namespace synthbench
