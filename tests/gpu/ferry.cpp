// The CUDA backends for tests whose tensors lie on the host: `cuda_ferried` and `cuda_naive_ferried` copy a call to the GPU, run it
// there and bring back what it wrote. So every test of the seam runs the real thing unchanged.
#include <cuda_runtime.h>

#include <algorithm>
#include <list>
#include <stdexcept>
#include <string>

#include "backends/core/attention.h"

namespace synthbench {
namespace {

void check(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw std::runtime_error(std::string("[ferry] ") + what + ": " + cudaGetErrorString(error));
}

/// Device copies of the memory that views reach, from the first element to the last, gaps included.
class Ferry {
 public:
  Ferry() = default;
  Ferry(const Ferry&) = delete;
  Ferry& operator=(const Ferry&) = delete;
  ~Ferry() {
    for (const Copy& copy : copies_) cudaFree(copy.device);
  }

  ConstView over(const ConstView& view) { return view ? ConstView(on_gpu(view), copy(view, view.data, nullptr)) : view; }
  View over(const View& view) {
    if (!view) return view;
    View moved;
    static_cast<Layout&>(moved) = on_gpu(view);
    moved.data = copy(view, view.data, view.data);
    return moved;
  }

  /// Waits for the GPU, then writes what lies there into the host memory of views that may be written.
  void back() {
    check(cudaDeviceSynchronize(), "cudaDeviceSynchronize");
    for (const Copy& copy : copies_) {
      if (copy.home != nullptr) check(cudaMemcpy(copy.home, copy.device, copy.bytes, cudaMemcpyDeviceToHost), "copy to the host");
    }
  }

  static Layout on_gpu(Layout layout) {
    layout.place = Place::cuda;
    return layout;
  }

 private:
  struct Copy {
    void* device = nullptr;
    void* home = nullptr;  ///< null: only read
    std::size_t bytes = 0;
  };

  static std::size_t bytes_of(const Layout& layout) {
    const Axes &e = layout.shape, &s = layout.stride;
    const std::int64_t last = (e.batch - 1) * s.batch + (e.head - 1) * s.head + (e.row - 1) * s.row + (e.col - 1) * s.col;
    return static_cast<std::size_t>(last + 1) * size_of(layout.dtype);
  }

  void* copy(const Layout& layout, const void* from, void* home) {
    Copy& copy = copies_.emplace_back(Copy{nullptr, home, bytes_of(layout)});
    check(cudaMalloc(&copy.device, copy.bytes), "cudaMalloc");
    check(cudaMemcpy(copy.device, from, copy.bytes, cudaMemcpyHostToDevice), "copy to the GPU");
    return copy.device;
  }

  std::list<Copy> copies_;
};

/// A call whose views are `move`d; its terms live here.
struct MovedCall {
  std::vector<LogitTerm> terms;
  AttentionCall call;

  template <typename Move>
  MovedCall(const AttentionCall& from, Move move) : terms(from.terms.begin(), from.terms.end()), call(from) {
    for (LogitTerm& term : terms) {
      term.lhs = move(term.lhs);
      term.rhs = move(term.rhs);
    }
    call.terms = terms;
    call.value = move(from.value);
    call.mask.key_lengths = move(from.mask.key_lengths);
  }
};

class FerriedBackend final : public AttentionBackend {
 public:
  explicit FerriedBackend(const std::string& name) : real_(backends().at(name)()) {}

  Choice choose(const AttentionCall& call) const override {
    const MovedCall moved(call, [](const ConstView& view) { return ConstView(Ferry::on_gpu(view), view.data); });
    return real_->choose(moved.call);
  }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    Ferry ferry;
    const MovedCall moved(call, [&](const ConstView& view) { return ferry.over(view); });
    real_->forward(moved.call, {ferry.over(outputs.out), ferry.over(outputs.lse)});
    ferry.back();
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    Ferry ferry;
    const MovedCall moved(call, [&](const ConstView& view) { return ferry.over(view); });
    std::vector<AttentionGrads::Term> terms;
    for (const AttentionGrads::Term& term : grads.terms) terms.push_back({ferry.over(term.lhs), ferry.over(term.rhs)});
    real_->backward(moved.call, {ferry.over(outputs.out), ferry.over(outputs.lse)}, ferry.over(grad_out), {terms, ferry.over(grads.value)});
    ferry.back();
  }

  std::unique_ptr<AttentionBackend> real_;
};

bool ferry(const std::string& name) {
  return backends().add(name + "_ferried", [name] { return std::unique_ptr<AttentionBackend>(std::make_unique<FerriedBackend>(name)); });
}

const bool registered = ferry("cuda");
const bool naive_registered = ferry("cuda_naive");

}  // namespace
}  // namespace synthbench
