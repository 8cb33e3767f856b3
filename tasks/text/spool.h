#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace synthbench {

/// Bytes that are too many for memory: written in order to a file without a name, which ends with its last user, then looked at through a
/// mapping, whose pages the machine may forget and read again. It lies in the cache's folder (cache.h), else where temporary files do.
class Spool {
 public:
  /// Throws UserError when neither folder takes a file.
  Spool();
  ~Spool();
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&& other) noexcept;

  /// Throws UserError when the disk is full.
  void append(std::string_view bytes);
  void append(std::span<const std::int32_t> numbers);
  /// Nothing may be appended afterwards.
  void close();

  /// What was written, once it is closed; a view lives as long as the spool, wherever that is moved to.
  std::string_view text() const { return {static_cast<const char*>(mapped_), size_}; }
  std::span<const std::int32_t> numbers() const { return {static_cast<const std::int32_t*>(mapped_), size_ / sizeof(std::int32_t)}; }

 private:
  void flush();

  int file_ = -1;
  std::size_t size_ = 0;
  std::string waiting_;
  const void* mapped_ = nullptr;
  std::string folder_;
};

}  // namespace synthbench
