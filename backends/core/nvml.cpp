#include "backends/core/nvml.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <string>

namespace synthbench {
namespace {

// Of nvml.h, which comes with the CUDA Toolkit alone; NVIDIA keeps these as they are.
constexpr int kSuccess = 0, kClockSm = 1;
struct Reason {
  unsigned long long bit;
  const char* words;
};
constexpr std::array<Reason, 4> kReasons = {
    {{0x08, "hardware slowdown"}, {0x20, "heat"}, {0x40, "heat (hardware)"}, {0x80, "power brake"}}};

template <typename... Arguments>
using Function = int (*)(Arguments...);

template <typename F>
F function(void* library, const char* name) {
  return reinterpret_cast<F>(::dlsym(library, name));
}

/// The first of CUDA_VISIBLE_DEVICES: a number counts as the worker asks CUDA to count (PCI_BUS_ID), as this library does.
void* gpu_that_cuda_shows(void* library) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  const std::string list = visible == nullptr ? "0" : visible, first = list.substr(0, list.find(','));
  void* gpu = nullptr;
  char* end = nullptr;
  const unsigned long index = std::strtoul(first.c_str(), &end, 10);
  if (!first.empty() && *end == '\0') {
    const auto by_index = function<Function<unsigned, void**>>(library, "nvmlDeviceGetHandleByIndex_v2");
    return by_index != nullptr && by_index(static_cast<unsigned>(index), &gpu) == kSuccess ? gpu : nullptr;
  }
  const auto by_uuid = function<Function<const char*, void**>>(library, "nvmlDeviceGetHandleByUUID");
  return by_uuid != nullptr && by_uuid(first.c_str(), &gpu) == kSuccess ? gpu : nullptr;
}

}  // namespace

Nvml::Nvml(const char* library) : library_(::dlopen(library, RTLD_NOW | RTLD_LOCAL)) {
  if (library_ == nullptr) return;
  const auto begin = function<Function<>>(library_, "nvmlInit_v2");
  if (begin != nullptr && begin() == kSuccess) gpu_ = gpu_that_cuda_shows(library_);
}

Nvml::~Nvml() {
  if (library_ == nullptr) return;
  if (const auto end = function<Function<>>(library_, "nvmlShutdown")) end();
  ::dlclose(library_);
}

DeviceClock::State Nvml::state() const {
  DeviceClock::State state;
  if (gpu_ == nullptr) return state;
  const auto clock = function<Function<void*, int, unsigned*>>(library_, "nvmlDeviceGetClockInfo");
  unsigned mhz = 0;
  if (clock != nullptr && clock(gpu_, kClockSm, &mhz) == kSuccess) state.sm_mhz = mhz;
  struct {
    unsigned long long total, free, used;
  } memory{};
  const auto memory_info = function<Function<void*, decltype(memory)*>>(library_, "nvmlDeviceGetMemoryInfo");
  if (memory_info != nullptr && memory_info(gpu_, &memory) == kSuccess) state.used_bytes = static_cast<std::int64_t>(memory.used);
  const auto reasons = function<Function<void*, unsigned long long*>>(library_, "nvmlDeviceGetCurrentClocksThrottleReasons");
  unsigned long long bits = 0;
  if (reasons == nullptr || reasons(gpu_, &bits) != kSuccess) return state;
  for (const Reason& reason : kReasons) {
    if ((bits & reason.bit) != 0) state.throttled += (state.throttled.empty() ? "" : ", ") + std::string(reason.words);
  }
  return state;
}

}  // namespace synthbench
