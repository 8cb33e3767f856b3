#include "ablations/guarded_tensor.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "backends/core/half.h"

namespace synthbench {
namespace {

constexpr int kGuardByte = 0xA5;

}  // namespace

void GuardedTensor::Free::operator()(std::byte* memory) const { std::free(memory); }

GuardedTensor::GuardedTensor(DType dtype, std::int64_t count) : dtype_(dtype), count_(count) {
  // A multiple of the alignment, with room for the guard behind the last element; data() is aligned for any vector
  // load.
  const std::size_t total = 2 * kGuardBytes + (bytes() + kGuardBytes - 1) / kGuardBytes * kGuardBytes;
  memory_.reset(static_cast<std::byte*>(std::aligned_alloc(kGuardBytes, total)));
  if (!memory_) throw std::bad_alloc();
  std::memset(memory_.get(), kGuardByte, kGuardBytes);
  std::memset(memory_.get() + kGuardBytes + bytes(), kGuardByte, kGuardBytes);
}

double GuardedTensor::get(std::int64_t index) const {
  switch (dtype_) {
    case DType::f64: return static_cast<const double*>(data())[index];
    case DType::f32: return static_cast<const float*>(data())[index];
    case DType::bf16: return static_cast<double>(static_cast<const BFloat16*>(data())[index]);
    case DType::f16: return static_cast<double>(static_cast<const Float16*>(data())[index]);
    case DType::i32: return static_cast<const std::int32_t*>(data())[index];
  }
  return 0;
}

void GuardedTensor::set(std::int64_t index, double value) {
  switch (dtype_) {
    case DType::f64: static_cast<double*>(data())[index] = value; break;
    case DType::f32: static_cast<float*>(data())[index] = static_cast<float>(value); break;
    case DType::bf16: static_cast<BFloat16*>(data())[index] = BFloat16(static_cast<float>(value)); break;
    case DType::f16: static_cast<Float16*>(data())[index] = Float16(static_cast<float>(value)); break;
    case DType::i32: static_cast<std::int32_t*>(data())[index] = static_cast<std::int32_t>(value); break;
  }
}

void GuardedTensor::fill(double value) {
  for (std::int64_t i = 0; i < count_; ++i) set(i, value);
}

bool GuardedTensor::guards_intact() const {
  const auto intact = [](const std::byte* from) {
    return std::all_of(from, from + kGuardBytes, [](std::byte b) { return b == std::byte{kGuardByte}; });
  };
  return intact(memory_.get()) && intact(memory_.get() + kGuardBytes + bytes());
}

}  // namespace synthbench
