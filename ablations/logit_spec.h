#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/core/attention.h"
#include "harness/base/registry.h"

namespace synthbench {

/// How learned weights mix the summands of a mixture. They never reach a kernel: the trunk multiplies them into each lhs.
enum class Mixing : std::uint8_t {
  sum,      ///< no weights
  sigmoid,  ///< two summands, one scalar alpha (1) per layer, s = sigmoid(alpha): 1-s on vanilla (else on the first), s on the other
  softmax,  ///< alpha (H, summands), softmax over summands per head; starts equal, so QK logits start halved in a pair
};
/// Input of the dense hidden layer relu(x w1 + b1).
enum class W1 : std::uint8_t {
  heads,  ///< (E, H*dh): each head has its dh columns
  full,   ///< (H, E, E): literal eq. 2, a hidden layer as wide as the model per head
  slice,  ///< (H, dh, dh): head h reads columns h*dh ... of x
};
enum class W2 : std::uint8_t { heads, shared };

/// What a variant may depend on. Extents in elements.
struct LayerConfig {
  std::int64_t d_model = 512, heads = 8, head_dim = 64;
  std::int64_t max_len = 0;  ///< N_max: extent of tables and of w2; shorter inputs use the leading slice
  std::int64_t rank = 8;     ///< k of factorized_random; width a of factorized_dense
  Mixing mixing = Mixing::softmax;
  W1 w1 = W1::heads;
  W2 w2 = W2::heads;
  bool dense_bias = true;
  bool reuse_q = false;
  std::int64_t window = 64;  ///< local: the farthest key that a query sees
  std::string table_init{};  ///< "glorot", "xavier", "normal:STD"; empty: the variant's own default
};

struct Init {
  enum class Kind : std::uint8_t { zeros, normal, uniform };
  Kind kind = Kind::zeros;
  double scale = 0.0;  ///< standard deviation of normal, limit of uniform(-limit, limit)
};

struct Parameter {
  std::string name;  ///< as in docs/golden.md: "w1", "b1", "w2", "b2", "r", "r1", "r2", "w2a", "b2a", "w2b", "b2b"
  std::vector<std::int64_t> shape;
  Init init{};
  bool trained = true;
};

/// Where one side of a term comes from; x is the layer's input (B,N,E).
enum class Source : std::uint8_t {
  query,       ///< x w_q                        (B,H,N,dh)
  key,         ///< x w_k                        (B,H,N,dh)
  relu_query,  ///< relu(x w_q): reuse_q         (B,H,N,dh)
  hidden,      ///< relu(x w1 + b1)              (B,H,N,width of the hidden layer)
  projected,   ///< hidden weight[h] + bias[h]   (B,H,N,width)
  parameter,   ///< the named parameter, batch stride 0; leading slice of max_len
};

struct Side {
  Source source = Source::query;
  std::int64_t width = 0;  ///< columns: C, P or Q; max_len for tables
  std::string weight{};    ///< parameter of `projected` (H,hidden,width) and `parameter`
  std::string bias{};      ///< of `projected` (H,width); empty: none
  /// The parameter is stored (H or 1, width, max_len), as w2 is: rows are its last axis.
  bool transposed = false;
  /// The parameter is (H or 1, max_len) and every query sees the same row: b2.
  bool row_shared = false;
};

struct TermSpec {
  TermKind kind = TermKind::inner;
  double scale = 1.0;
  Side lhs, rhs;
};

/// The hidden layer of dense and factorized_dense; its parameters are "w1" and, with dense_bias, "b1".
struct Hidden {
  W1 w1 = W1::heads;
  std::int64_t width = 0;  ///< per head
  bool bias = true;
};

/// One variant, described as data: everything that trains, runs, counts and lists it reads this.
struct LogitSpec {
  std::vector<TermSpec> terms;
  std::vector<Parameter> parameters{};
  std::optional<Hidden> hidden{};
  std::int64_t window = 0;  ///< > 0: logits of keys farther away than this are -inf; 0: none are
};

struct Variant {
  std::string summary;                 ///< one line for `ls variants`, with what surprises
  std::vector<std::string> aliases{};  ///< "D"
  std::vector<std::string> keys{};     ///< config keys that change it: "rank", "table_init", "w1", "max_len" ...
  std::function<LogitSpec(const LayerConfig&)> spec;
};
Registry<Variant>& variants();

/// A sum of variants, in canonical (alphabetical) order; a single variant is a mixture of one.
struct Mixture {
  struct Summand {
    std::string variant;
    LogitSpec spec;
  };
  std::vector<Summand> summands;
  Mixing mixing = Mixing::sum;  ///< sum where there is one summand
};

/// "V+R" -> {"random", "vanilla"}: aliases resolved, alphabetical. Throws UserError with the nearest word for an
/// unknown term, and for a term that stands twice.
std::vector<std::string> summands_of(std::string_view variant);
/// "V+R" -> "random+vanilla"
std::string canonical_variant(std::string_view variant);
/// Throws UserError for what does not fit together (sigmoid with three summands, max_len < 1 ...).
/// reuse_q counts only where the mixture holds vanilla: elsewhere there is no q to reuse.
Mixture describe(std::string_view variant, const LayerConfig& config);

/// Config keys that change this mixture, sorted: the keys of its summands, and "mixing" where there are several.
/// Every other key of LayerConfig but d_model, heads and head_dim is without effect.
std::vector<std::string> keys_of(std::string_view variant);

/// What each summand is multiplied with at the start: all are equal (alpha = 0), 1 for sums.
double initial_weight(const Mixture& mixture);

/// Default width `a` of factorized_dense: the power of two nearest sqrt(max_len), the smaller one of two equally near.
std::int64_t default_width(std::int64_t max_len);

/// The band of a mixture: a logit that is -inf in one summand is so in the sum. 0: every distance is seen.
std::int64_t window_of(const Mixture& mixture);

/// True when no summand reads the layer's input, so that one table of probabilities serves the batch.
bool batch_independent(const Mixture& mixture);

}  // namespace synthbench
