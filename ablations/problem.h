#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ablations/guarded_tensor.h"
#include "ablations/logit_spec.h"
#include "backends/core/attention.h"

namespace synthbench {

/// How queries, keys, hidden layers, values and outputs lie in memory.
enum class Heads : std::uint8_t {
  side_by_side,  ///< (B,N,H,C), as the trunk's projections leave them
  apart,         ///< (B,H,N,C), each head dense
};

struct ProblemOptions {
  DType dtype = DType::f32;
  std::uint64_t seed = 1;  ///< of all numbers; the same in every dtype but for its rounding (all fit f32)
  bool causal = false;
  std::int64_t query_offset = 0;
  std::vector<std::int32_t> key_lengths{};  ///< one per sample; empty: every key is real
  Dropout dropout{};
  int threads = 1;
  bool needs_grad = true;
  Heads heads = Heads::side_by_side;
};

/// One attention call as a mixture makes it, with random operands: what speed cells time and checks compare.
/// Queries, keys, hidden layers, values and outputs lie as the options say, projected sides as (B,H,N,C), parameters as they are
/// stored, shared by the batch (stride 0), their leading slice where max_len is longer.
/// Mixing weights are at their start, multiplied into each lhs. Logits have a standard deviation of about 1.
/// A gradient is wanted for value, every side that depends on data, and every trained parameter.
///
/// Tensors by name: "value", "term0.lhs", "term0.rhs" ..., "out", "lse", "grad_out", "grad.value", "grad.term0.lhs" ...
class Problem {
 public:
  /// shape.heads is the mixture's. Throws UserError when a table is shorter than the call.
  Problem(const Mixture& mixture, const CallShape& shape, ProblemOptions options = {});
  /// The same numbers, as they are now, in another dtype; outputs and gradients start afresh.
  Problem as(DType dtype) const;

  /// Valid as long as the problem lives.
  AttentionCall call() const;
  const AttentionOutputs& outputs() const { return outputs_; }
  ConstView grad_out() const { return grad_out_; }
  AttentionGrads grads() const { return {grad_terms_, grad_value_}; }

  void zero_grads();
  void poison_outputs();  ///< NaN into out and lse, so that an entry that is not written shows

  /// Names of what a backend writes: "out", "lse", then the wanted gradients in the order of the call.
  const std::vector<std::string>& results() const { return results_; }
  /// Names of the operands: "value", then sides. Those with a wanted gradient have "grad." + name among results().
  const std::vector<std::string>& operands() const { return operands_; }
  bool has(std::string_view tensor) const { return tensors_.contains(tensor); }
  /// The stored elements of a tensor, shared ones once, in memory order: equal for twins of other dtypes.
  std::vector<double> read(std::string_view tensor) const;
  double get(std::string_view tensor, std::int64_t index) const { return at(tensor).get(index); }
  void set(std::string_view tensor, std::int64_t index, double value);
  std::int64_t count(std::string_view tensor) const { return at(tensor).count(); }
  /// False when something wrote before or behind a tensor.
  bool guards_intact() const;

  const CallShape& shape() const { return shape_; }
  const ProblemOptions& options() const { return options_; }

 private:
  const GuardedTensor& at(std::string_view tensor) const;
  View add_tensor(const std::string& name, const Layout& layout, std::int64_t count);
  View add_operand(const std::string& name, const Layout& layout, std::int64_t count, double deviation, bool rectified);
  View add_gradient(const std::string& name, const Layout& layout, bool wanted);
  void add_term(const LogitSpec& spec, const TermSpec& term, double weight);
  void add_outputs();

  Mixture mixture_;
  CallShape shape_;
  ProblemOptions options_;
  std::map<std::string, GuardedTensor, std::less<>> tensors_;
  std::vector<std::string> operands_, results_;
  std::vector<LogitTerm> terms_;
  std::vector<AttentionGrads::Term> grad_terms_;
  View value_, grad_value_, grad_out_, key_lengths_;
  AttentionOutputs outputs_;
};

}  // namespace synthbench
