#pragma once

#include <list>
#include <memory>
#include <vector>

#include "backends/core/attention.h"
#include "backends/core/device_memory.h"

namespace synthbench {

/// Device copies of host memory, for as long as this lives. A view is copied from its first element to its last, gaps included,
/// so that its strides stay what they were; equal views share a copy. Between the elements of a writable view there must be no
/// elements of another one.
class Ferry {
 public:
  /// memory: null leaves everything where it is.
  explicit Ferry(DeviceMemory* memory) : memory_(memory) {}
  Ferry(const Ferry&) = delete;
  Ferry& operator=(const Ferry&) = delete;
  ~Ferry();

  /// The view on the device; what is absent stays absent.
  ConstView over(const ConstView& view);
  /// The same, of memory that bring_back() writes home.
  View over(const View& view);
  /// Waits for the device, then copies what lies behind the writable views to the host.
  void bring_back();

 private:
  struct Copy {
    const void* home = nullptr;
    void* device = nullptr;
    void* written = nullptr;  ///< home, where it may be written
    std::size_t bytes = 0;
  };
  Copy& copy_of(const Layout& layout, const void* home);

  DeviceMemory* memory_;
  std::list<Copy> copies_;
};

/// A whole call on the device, or on the host where memory is null: operands, outputs and gradients, until it goes.
class FerriedCall {
 public:
  FerriedCall(DeviceMemory* memory, const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out = {},
              const AttentionGrads& grads = {});

  const AttentionCall& call() const { return call_; }
  const AttentionOutputs& outputs() const { return outputs_; }
  const ConstView& grad_out() const { return grad_out_; }
  AttentionGrads grads() const { return {grad_terms_, grad_value_}; }
  void bring_back() { ferry_.bring_back(); }

 private:
  Ferry ferry_;
  std::vector<LogitTerm> terms_;
  AttentionCall call_;
  AttentionOutputs outputs_;
  ConstView grad_out_;
  std::vector<AttentionGrads::Term> grad_terms_;
  View grad_value_;
};

/// A backend that computes on a device, behind the seam of one that computes on the host: each call is carried there and its
/// results back. For checks; it is slow. real must outlive it.
std::unique_ptr<AttentionBackend> ferried(AttentionBackend& real);

}  // namespace synthbench
