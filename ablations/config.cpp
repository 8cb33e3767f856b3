#include "ablations/config.h"

#include <algorithm>
#include <stdexcept>

#include "harness/base/sha256.h"

namespace synthbench {
namespace {

const Json& at(const Json& values, std::string_view key, bool right_type(const Json&), const char* type) {
  const auto found = values.find(key);
  if (found == values.end()) throw std::logic_error("config has no key '" + std::string(key) + "'");
  if (!right_type(*found)) throw std::logic_error("config key '" + std::string(key) + "' is " + found->dump() + ", not " + type);
  return *found;
}

}  // namespace

std::string Config::sha() const { return sha256(values_.dump()); }

const std::string& Config::text(std::string_view key) const {
  return at(
             values_, key, [](const Json& v) { return v.is_string(); }, "a text")
      .get_ref<const std::string&>();
}

std::int64_t Config::integer(std::string_view key) const {
  return at(
             values_, key, [](const Json& v) { return v.is_number_integer(); }, "a whole number")
      .get<std::int64_t>();
}

double Config::number(std::string_view key) const {
  return at(
             values_, key, [](const Json& v) { return v.is_number(); }, "a number")
      .get<double>();
}

bool Config::flag(std::string_view key) const {
  return at(
             values_, key, [](const Json& v) { return v.is_boolean(); }, "true or false")
      .get<bool>();
}

LayerConfig Config::layer() const {
  LayerConfig layer;
  layer.d_model = integer("d_model");
  layer.heads = integer("heads");
  layer.head_dim = integer("head_dim");
  layer.max_len = has("max_len") ? integer("max_len") : integer("seq_len");
  if (has("rank")) layer.rank = integer("rank");
  if (has("variant") && text("variant") == "mlp_mixer") {
    layer.rank = std::max<std::int64_t>(1, layer.d_model / 2);  // no key of a grid: see its file
  }
  if (has("mixing")) layer.mixing = text("mixing") == "sum" ? Mixing::sum : text("mixing") == "sigmoid" ? Mixing::sigmoid : Mixing::softmax;
  if (has("w1")) layer.w1 = text("w1") == "full" ? W1::full : text("w1") == "slice" ? W1::slice : W1::heads;
  if (has("w2")) layer.w2 = text("w2") == "shared" ? W2::shared : W2::heads;
  if (has("dense_bias")) layer.dense_bias = flag("dense_bias");
  if (has("reuse_q")) layer.reuse_q = flag("reuse_q");
  if (has("synthesizer")) layer.synthesizer = synthesizer_named(text("synthesizer"));
  if (has("window")) layer.window = integer("window");
  if (has("table_init")) layer.table_init = text("table_init");
  return layer;
}

Mixture Config::mixture() const { return describe(text("variant"), layer()); }

}  // namespace synthbench
