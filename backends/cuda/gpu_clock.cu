// Time between two events on the stream that null calls run on, and how the GPU stands (backends/core/nvml.h).
#include <cuda_runtime.h>

#include "backends/core/device_clock.h"
#include "backends/core/nvml.h"
#include "backends/cuda/launch.cuh"

namespace synthbench::cuda {
namespace {

class EventClock final : public DeviceClock {
 public:
  EventClock() {
    check(cudaEventCreate(&begin_), "cudaEventCreate");
    check(cudaEventCreate(&end_), "cudaEventCreate");
  }
  EventClock(const EventClock&) = delete;
  EventClock& operator=(const EventClock&) = delete;
  ~EventClock() override {
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
  }

  void start() override { check(cudaEventRecord(begin_), "cudaEventRecord"); }
  double stop() override {
    check(cudaEventRecord(end_), "cudaEventRecord");
    check(cudaEventSynchronize(end_), "cudaEventSynchronize");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin_, end_), "cudaEventElapsedTime");
    return static_cast<double>(milliseconds) * 1e-3;
  }
  double resolution() const override { return 0.5e-6; }  // as cudaEventElapsedTime's documentation says
  State state() override { return nvml_.state(); }

 private:
  cudaEvent_t begin_{}, end_{};
  Nvml nvml_;
};

bool add(const char* backend) {
  return device_clocks().add(backend, [] { return std::unique_ptr<DeviceClock>(std::make_unique<EventClock>()); });
}

const bool registered = add("cuda");
const bool naive_registered = add("cuda_naive");

}  // namespace
}  // namespace synthbench::cuda
