#include "harness/check/check_points.h"

#include "harness/base/error.h"

namespace synthbench {
namespace {

constexpr std::int64_t kBatch = 3, kHeads = 3, kHeadDim = 8;
constexpr std::int64_t kTiles = 289;  ///< more than one tile of every kernel, and a rest

LayerConfig layer_of(std::int64_t length) {
  LayerConfig layer;
  layer.d_model = kHeads * kHeadDim;
  layer.heads = kHeads;
  layer.head_dim = kHeadDim;
  layer.max_len = length + 12;
  layer.rank = 5;
  layer.window = 9;
  return layer;
}

struct Masks {
  const char* name;
  bool causal = false, lengths = false;
  bool last_rows = false;  ///< the queries are the last third of the rows, as in decoding
  double dropout_rate = 0.0;
};

CheckPoint point(const std::string& variant, const Masks& masks, std::int64_t length, const CheckRequest& request) {
  CheckPoint made;
  made.variant = variant;
  made.masks = masks.name;
  made.mixture = describe(variant, layer_of(length));
  const std::int64_t queries = masks.last_rows ? (length + 2) / 3 : length;
  made.shape = {kBatch, kHeads, queries, length, kHeadDim};
  made.options.query_offset = length - queries;
  made.options.seed = static_cast<std::uint64_t>(request.input_seed);
  made.options.dropout = {masks.dropout_rate, made.options.seed + 1};
  made.options.causal = masks.causal;
  // One sample whole, one without a key, one cut.
  if (masks.lengths) made.options.key_lengths = {static_cast<std::int32_t>(length), 0, static_cast<std::int32_t>(length / 2 + 1)};
  made.options.threads = request.threads;
  return made;
}

}  // namespace

Problem CheckPoint::problem(DType dtype) const {
  ProblemOptions wanted = options;
  wanted.dtype = dtype;
  return Problem(mixture, shape, wanted);
}

std::vector<std::string> check_variants(const CheckRequest& request) {
  std::vector<std::string> names;
  for (const std::string& word : request.variants) names.push_back(canonical_variant(word));
  if (!names.empty()) return names;
  names = variants().names();
  for (const char* sum :
       {"dense+vanilla", "factorized_random+random", "random+vanilla", "dense+factorized_dense+factorized_random+random+vanilla"}) {
    names.emplace_back(sum);
  }
  return names;
}

std::vector<std::string> check_backends(const CheckRequest& request) {
  for (const std::string& name : request.backends) {
    if (backends().find(name) == nullptr) (void)known_backends().at(name);  // one of the other program, or the nearest word
  }
  return request.backends.empty() ? known_backends().names() : request.backends;
}

std::vector<CheckPoint> check_points(const std::string& variant, std::int64_t length, bool tiles, const CheckRequest& request) {
  std::vector<CheckPoint> points;
  for (const Masks& masks : {Masks{.name = "plain"},
                             {.name = "causal", .causal = true},
                             {.name = "lengths", .lengths = true},
                             {.name = "causal+lengths", .causal = true, .lengths = true},
                             {.name = "decoding", .causal = true, .lengths = true, .last_rows = true},
                             {.name = "dropout", .causal = true, .lengths = true, .dropout_rate = 0.3}})
    points.push_back(point(variant, masks, length, request));
  if (tiles) points.push_back(point(variant, {.name = "tiles+causal", .causal = true}, kTiles, request));
  return points;
}

}  // namespace synthbench
