#pragma once

#include <cstddef>

namespace synthbench {

/// Memory that kernels of a device reach and the host does not. Every function throws std::runtime_error with the device's own
/// words when it fails; allocate's text then says "out of memory".
class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* device) noexcept = 0;
  virtual void upload(void* device, const void* host, std::size_t bytes) = 0;
  virtual void download(void* host, const void* device, std::size_t bytes) = 0;
  /// Waits until everything that was given to the device is done, on every stream; what went wrong there is thrown here.
  virtual void synchronize() = 0;
};

}  // namespace synthbench
