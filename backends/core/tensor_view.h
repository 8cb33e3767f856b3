#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace synthbench {

enum class DType : std::uint8_t { f32, f64, bf16, f16, i32 };
enum class Place : std::uint8_t { host, cuda };

std::string_view name(DType dtype);
std::size_t size_of(DType dtype);
/// Throws UserError that lists the dtypes.
DType dtype_named(std::string_view name);

/// One number per axis of a tensor: an extent, or a distance in elements.
struct Axes {
  std::int64_t batch = 0, head = 0, row = 0, col = 0;
  bool operator==(const Axes&) const = default;
};

/// What a window looks like. stride.batch == 0: every sample sees the same memory.
struct Layout {
  Axes shape, stride;
  DType dtype = DType::f32;
  Place place = Place::host;
};

/// Windows onto memory that someone else owns. data == nullptr: the tensor is absent.
struct View : Layout {
  void* data = nullptr;
  explicit operator bool() const { return data != nullptr; }
};

struct ConstView : Layout {
  const void* data = nullptr;
  ConstView() = default;
  ConstView(const Layout& layout, const void* memory) : Layout(layout), data(memory) {}
  ConstView(const View& v) : Layout(v), data(v.data) {}  // NOLINT: a window to read is a window to write, restricted
  explicit operator bool() const { return data != nullptr; }
};

/// Elements from one entry to another; what each row of an address computation is made of.
constexpr std::int64_t offset(const Axes& stride, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j) {
  return b * stride.batch + h * stride.head + i * stride.row + j * stride.col;
}

/// Row-major strides of a dense tensor.
constexpr Axes dense_strides(const Axes& shape) { return {shape.head * shape.row * shape.col, shape.row * shape.col, shape.col, 1}; }

/// "(8,8,256,64) f32", as error messages show a tensor.
std::string describe(const Layout& layout);

}  // namespace synthbench
