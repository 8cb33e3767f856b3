// Time between two events on the stream that LibTorch computes on, and how the GPU stands (backends/core/nvml.h).
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "backends/core/device_clock.h"
#include "backends/core/nvml.h"
#include "backends/torch/gpu_memory.h"

namespace synthbench::aten {
namespace {

class EventClock final : public DeviceClock {
 public:
  void start() override { begin_.record(stream()); }
  double stop() override {
    end_.record(stream());
    end_.synchronize();
    return begin_.elapsedTime(end_) * 1e-3;
  }
  double resolution() const override { return 0.5e-6; }  // as cudaEventElapsedTime's documentation says
  State state() override { return nvml_.state(); }

 private:
  static c10::Stream stream() { return c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).getStream({c10::DeviceType::CUDA, 0}); }

  c10::Event begin_{c10::DeviceType::CUDA, c10::EventFlag::BACKEND_DEFAULT};  // the other flag makes events without times
  c10::Event end_{c10::DeviceType::CUDA, c10::EventFlag::BACKEND_DEFAULT};
  Nvml nvml_;
};

bool add(const char* backend) {
  return device_clocks().add(backend,
                             []() -> std::unique_ptr<DeviceClock> { return reaches_gpu() ? std::make_unique<EventClock>() : nullptr; });
}

const bool registered = add("torch");
const bool eager_registered = add("torch_eager");

}  // namespace
}  // namespace synthbench::aten
