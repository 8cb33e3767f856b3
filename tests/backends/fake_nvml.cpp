// NVIDIA's management library as far as Nvml asks it: one GPU, whose state is what the environment says.
#include <cstdlib>
#include <cstring>

namespace {
int gpu;
unsigned long long number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::strtoull(text, nullptr, 0);
}
}  // namespace

extern "C" {
int nvmlInit_v2() { return static_cast<int>(number("FAKE_NVML_INIT")); }
int nvmlShutdown() { return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = &gpu;
  return index == number("FAKE_NVML_INDEX") ? 0 : 2;
}
int nvmlDeviceGetHandleByUUID(const char* uuid, void** device) {
  *device = &gpu;
  return std::strcmp(uuid, "GPU-12ab") == 0 ? 0 : 2;
}
int nvmlDeviceGetClockInfo(void*, int kind, unsigned* mhz) {
  *mhz = 1755;
  return kind == 1 ? 0 : 2;
}
int nvmlDeviceGetMemoryInfo(void*, unsigned long long* memory) {
  memory[0] = 80, memory[1] = 60, memory[2] = 20;
  return 0;
}
int nvmlDeviceGetCurrentClocksThrottleReasons(void*, unsigned long long* reasons) {
  *reasons = number("FAKE_NVML_REASONS");
  return 0;
}
}
