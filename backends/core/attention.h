#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "backends/core/device_memory.h"
#include "backends/core/tensor_view.h"
#include "harness/base/registry.h"

namespace synthbench {

/// One summand of the logits S (B,H,N,M): N queries against M keys.
enum class TermKind : std::uint8_t {
  inner,  ///< sum_c lhs[i,c] * rhs[j,c]      lhs (B,H,N,C)  rhs (B,H,M,C)
  tiled,  ///< lhs[i, j % P] * rhs[i, j / P]  lhs (B,H,N,P)  rhs (B,H,N,Q)  P*Q >= M
  table,  ///< lhs[i,j]                       lhs (B,H,N,M)  rhs absent
};
std::string_view name(TermKind kind);

/// Sides carry the full extents (B,H,rows,cols); what is shared along an axis has stride 0 there.
struct LogitTerm {
  TermKind kind = TermKind::inner;
  double scale = 1.0;  ///< double: 1/sqrt(head_dim) rounded to float would cost f64 its 1e-10
  ConstView lhs, rhs;
};

struct Mask {
  bool causal = false;            ///< key j is visible to query i when j <= i + query_offset
  std::int64_t query_offset = 0;  ///< decoding: rows produced before this call; counts with causal and with a window
  ConstView key_lengths;          ///< (B,1,1,1) i32 on the call's place; absent: every key is real
  std::int64_t window = 0;        ///< > 0: key j is visible to query i when |i + query_offset - j| <= window; 0: no band
};

/// Attention dropout: entry (b,h,i,j) of P is dropped by a hash of (seed,b,h,i,j), so every backend drops the same entries;
/// the kept ones are scaled by 1/(1-rate). See backends/core/dropout.h.
struct Dropout {
  double rate = 0.0;
  std::uint64_t seed = 0;
};

struct AttentionCall {
  std::span<const LogitTerm> terms;
  ConstView value;  ///< (B,H,M,D), never shared
  Mask mask;
  Dropout dropout;
  bool needs_grad = false;  ///< backward will follow: choose a kernel that has one
  int threads = 1;          ///< CPU threads that the backend may use, >= 1
  void* stream = nullptr;   ///< the caller's device stream (cudaStream_t); null on the host
};

struct AttentionOutputs {
  View out;  ///< (B,H,N,D)  a row with no visible key is zero
  View lse;  ///< (B,H,N,1)  log-sum-exp of each logit row, -inf for such a row; all that backward keeps.
             ///< f64 where the call is f64, else f32
};

/// Added to, never assigned. Absent views are not wanted and cost nothing. A view has the layout of its operand:
/// stride 0 along an axis means that the gradient is the sum over that axis.
struct AttentionGrads {
  struct Term {
    View lhs, rhs;
  };
  std::span<const Term> terms;
  View value;
};

/// out = softmax(sum of scaled terms + mask) value
class AttentionBackend {
 public:
  virtual ~AttentionBackend() = default;

  /// The kernel that would run, or why none can. Pure: reads shapes, strides, dtypes, places and flags, never the data.
  struct Choice {
    std::string kernel;                 ///< "folded", "fused" ...; empty when refused
    std::string label;                  ///< "reference" or "optimised"
    std::optional<std::string> reason;  ///< set exactly when kernel is empty
  };
  virtual Choice choose(const AttentionCall& call) const = 0;
  std::optional<std::string> unsupported(const AttentionCall& call) const { return choose(call).reason; }

  /// Where operands must lie to be computed on a device (Place::cuda); null: this backend computes on the host alone.
  /// Throws std::runtime_error where there is no device: ask unsupported() first.
  virtual std::unique_ptr<DeviceMemory> device_memory() const { return nullptr; }

  /// Check shapes, dtypes, places and aliasing, once for every backend, then call the hook.
  /// Throw UserError "[attention] ..." for a wrong call or one that choose() refuses.
  void forward(const AttentionCall& call, const AttentionOutputs& outputs);
  /// outputs: what forward wrote. grad_out: (B,H,N,D).
  void backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads);

 private:
  virtual void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) = 0;
  virtual void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                           const AttentionGrads& grads) = 0;
};

/// The backends that this program holds, as makers. synthbench-torch holds more than synthbench.
Registry<std::function<std::unique_ptr<AttentionBackend>()>>& backends();

/// What is known of a backend without holding it: both programs know all of them, so either can plan for all.
struct BackendFacts {
  std::string summary;          ///< one line for `ls backends`
  bool needs_libtorch = false;  ///< only synthbench-torch holds it
  Place place = Place::host;    ///< where it computes unless told otherwise
};
Registry<BackendFacts>& known_backends();

/// Extents of a call: B samples, H heads, N queries, M keys, D value width.
struct CallShape {
  std::int64_t batch = 0, heads = 0, queries = 0, keys = 0, width = 0;
};
CallShape shape_of(const AttentionCall& call);

/// Every term is shared by the batch and no dropout tells the samples apart: one table of exponentials per head serves all.
bool batch_independent(const AttentionCall& call);

}  // namespace synthbench
