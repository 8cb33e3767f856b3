#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "ablations/guarded_tensor.h"
#include "backends/core/attention.h"

namespace synthbench {

/// SYNTHBENCH_TEST_SEED, else drawn afresh for each program; print it with seed_trace().
std::uint64_t test_seed();
std::string seed_trace();

/// How tensors lie in memory. The numbers of a problem do not depend on it.
enum class Arrangement : std::uint8_t {
  dense,
  strided,      ///< every second element of a row
  sliced,       ///< the leading columns of wider rows, with gaps between heads and samples
  transposed,   ///< columns contiguous, as W2 is stored
  split_heads,  ///< (B,N,H,C), as the trunk's products leave it
};
std::string_view name(Arrangement arrangement);

struct Shared {
  bool batch = false, head = false, row = false;
};

struct TermCase {
  TermKind kind = TermKind::inner;
  double scale = 1.0;
  std::int64_t width = 0;  ///< C of inner, P of tiled
  Shared lhs, rhs;
};

/// One attention call in words; operands are random, normal with a deviation that keeps logits near 1.
struct SeamCase {
  std::string name;
  std::int64_t batch = 1, heads = 1, queries = 1, keys = 1, width = 1;
  std::vector<TermCase> terms;
  bool causal = false;
  std::int64_t query_offset = 0;
  std::vector<std::int32_t> key_lengths = {};
  Dropout dropout = {};
  double logit_scale = 1.0;  ///< multiplies every term's scale
  std::int64_t window = 0;
};
void PrintTo(const SeamCase& seam, std::ostream* out);

/// name -> the distinct entries in logical order (batch, head, row, col), as double.
using Results = std::map<std::string, std::vector<double>>;

/// Operands, outputs and gradients of one case in guarded memory, gaps filled with NaN.
class SeamProblem {
 public:
  SeamProblem(const SeamCase& seam, DType dtype, Arrangement arrangement, std::uint64_t seed);

  AttentionCall& call() { return call_; }
  const AttentionOutputs& outputs() const { return outputs_; }
  const ConstView& grad_out() const { return grad_out_; }
  /// Gradients of every side and of value; those named in `unwanted` are absent.
  AttentionGrads grads(const std::vector<std::string>& unwanted = {});

  /// Poisons outputs, zeroes gradients, runs forward and backward.
  Results run(AttentionBackend& backend, const std::vector<std::string>& unwanted = {});
  Results results() const;

  void poison_outputs();
  void zero_gradients();
  /// One operand's distinct entries: "value", "term0.lhs", "grad_out" ...
  std::vector<double> get(const std::string& tensor) const;
  void set(const std::string& tensor, const std::vector<double>& values);
  /// Other numbers at the keys that sample b does not see, in value and in every operand with one row per key that the batch does
  /// not share; NaN where the deviation is NaN.
  void redraw_padded_keys(std::uint64_t seed, double deviation);

  /// Names of tensors whose guards or gaps were written to.
  std::vector<std::string> trespasses() const;

 private:
  struct Tensor {
    Axes extent;  ///< distinct entries
    View view;
    GuardedTensor memory;
  };

  View add(const std::string& tensor, const Axes& shape, const Shared& shared, DType dtype);
  void fill_normal(const std::string& tensor, double deviation, std::uint64_t seed);
  template <typename Visit>
  static void for_each_entry(const Tensor& tensor, const Visit& visit);

  SeamCase seam_;
  Arrangement arrangement_;
  std::map<std::string, Tensor> tensors_;
  std::vector<LogitTerm> terms_;
  std::vector<AttentionGrads::Term> grad_terms_;
  std::vector<std::int32_t> key_lengths_;
  AttentionCall call_;
  AttentionOutputs outputs_;
  ConstView grad_out_;
};

/// Two choices that the formulas leave open, and that re-draw every rounding.
struct PlainStyle {
  bool descending = false;     ///< order of the sums over keys and inner widths
  bool mean_from_out = false;  ///< backward's row mean as dO.O instead of sum P dP
};

/// The composition people write: logits materialised, softmax with the maximum subtracted, all in T.
template <typename T>
Results plain_attention(const SeamCase& seam, const SeamProblem& numbers, PlainStyle style = {});

/// What the plain composition errs by in float32, at worst over its styles: in a problem of few numbers a single rounding may be
/// lucky, and with one visible key the first style is exact by accident. A backend may err by twice as much.
std::map<std::string, double> plain_errors(const SeamCase& seam, const SeamProblem& numbers, const Results& truth);

/// Largest |logit|, hidden keys included: kernels that fold the batch subtract the maximum over what any sample sees.
double largest_logit(const SeamCase& seam, const SeamProblem& numbers);

}  // namespace synthbench
