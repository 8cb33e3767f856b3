#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// One tensor of a .safetensors file: row-major, little-endian bytes.
struct StoredTensor {
  std::string dtype;                ///< "F64", "F32", "I64", "I32" or "U8"
  std::vector<std::int64_t> shape;  ///< empty: one number
  std::string bytes;

  std::int64_t count() const;  ///< product of the extents
  /// Every element as a double, whatever the dtype (I64 beyond 2^53 is rounded).
  std::vector<double> values() const;

  static StoredTensor of(std::vector<std::int64_t> shape, std::span<const double> values);
  static StoredTensor of(std::vector<std::int64_t> shape, std::span<const float> values);
  static StoredTensor of(std::vector<std::int64_t> shape, std::span<const std::int64_t> values);
  static StoredTensor of(std::vector<std::int64_t> shape, std::span<const std::int32_t> values);
  static StoredTensor of(std::vector<std::int64_t> shape, std::span<const std::uint8_t> values);
};

/// The content of a .safetensors file: 8 bytes little-endian header length, a JSON header, raw data.
struct Safetensors {
  std::string path;                             ///< where it was read from, for error messages
  std::map<std::string, std::string> metadata;  ///< __metadata__
  std::map<std::string, StoredTensor, std::less<>> tensors;

  const StoredTensor* find(std::string_view name) const;
  /// Throws UserError "PATH: there is no tensor 'NAME'".
  const StoredTensor& at(std::string_view name) const;
};

/// Throws UserError "PATH: what is damaged": cut files, absurd header lengths, headers that are not JSON, unknown dtypes,
/// extents below 0, shapes that do not fit their bytes, offsets that overlap, leave holes or run past the end.
Safetensors read_safetensors(const std::string& path);

/// The bytes of a file, and the file (written whole or not at all). Every tensor is aligned to its elements.
/// Throws std::logic_error when a tensor's bytes do not fit its shape.
std::string to_safetensors(const Safetensors& content);
void write_safetensors(const std::string& path, const Safetensors& content);

}  // namespace synthbench
