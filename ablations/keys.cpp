#include "ablations/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "ablations/logit_spec.h"
#include "ablations/presets.h"
#include "ablations/vocabulary.h"
#include "backends/core/attention.h"
#include "harness/base/error.h"
#include "harness/base/range.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

std::string backend_name(std::string_view text) {
  known_backends().at(text);
  return std::string(text);
}

std::string task_name(std::string_view text) {
  known_tasks().at(text);
  return std::string(text);
}

std::string device_name(std::string_view text) {
  const std::string_view number = text.substr(std::min(text.size(), std::string_view("cuda:").size()));
  const bool numbered = text.starts_with("cuda:") && !number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos;
  if (text == "cpu" || text == "cuda" || numbered) return std::string(text);
  throw UserError(fmt::format("'{}' is not a device (known: cpu, cuda, cuda:0, cuda:1 ...)", text));
}

/// "normal:0.50" -> "normal:0.5"
std::string table_init_name(std::string_view text) {
  if (text == "glorot" || text == "xavier") return std::string(text);
  constexpr std::string_view normal = "normal:";
  if (text.starts_with(normal)) {
    const std::vector<double> deviation = parse_numbers(text.substr(normal.size()));
    if (deviation.size() == 1 && deviation[0] > 0) return fmt::format("normal:{}", deviation[0]);
  }
  throw UserError(fmt::format("'{}' is not a start of tables (known: glorot, xavier, normal:STD with STD above 0)", text));
}

std::string refuse_to_be_set(std::string_view text) {
  throw UserError(fmt::format("'{}' cannot be set: the hash is computed from the data's files", text));
}

constexpr double kMany = 1e9;  // extents: their products stay countable

std::vector<Key> make_keys() {
  using enum KeyType;
  using enum KeyUse;
  return {
      {"kind", text, always, "speed", "what a cell measures: speed of one call, or a training", {"speed", "train"}},
      {"variant", text, always, "vanilla", "how attention logits are made, or a sum of ways: a+b", {}, 0, 0, canonical_variant},
      {"backend", text, always, "eigen", "who computes attention", {}, 0, 0, backend_name},
      {"device", text, always, nullptr, "where: cpu, cuda or cuda:N; default cuda for the CUDA backends, else cpu", {}, 0, 0, device_name},
      {"dtype", text, always, "f32", "type of the tensors", {"f32", "f64", "bf16", "f16"}},
      {"threads", integer, always, 0, "CPU threads; 0 is all cores of the machine", {}, 0, 4096},
      {"scope",
       text,
       always,
       nullptr,
       "what is timed: the backend alone, one layer, or an optimiser step; default attend, and step for train",
       {"attend", "layer", "step"}},
      {"direction", text, kernel, "fwdbwd", "forward alone, backward alone, or both", {"fwd", "bwd", "fwdbwd"}},
      {"causal", flag, kernel, false, "no query sees a later key; a model takes it from its task"},
      {"key_lengths", text, kernel, "full", "real keys per sample: all, or lengths drawn from 1 to seq_len", {"full", "random"}},
      {"seq_len", integer, always, 512, "tokens of one sample", {}, 1, kMany},
      {"batch", integer, always, nullptr, "samples of one call or step; default tokens / seq_len", {}, 1, kMany},
      {"tokens", integer, shorthand, nullptr, "samples times seq_len; default 4096, at least one sample", {}, 1, 1e12},
      {"heads", integer, always, 8, "attention heads", {}, 1, 65536},
      {"d_model", integer, always, 512, "width of the layer's input", {}, 1, kMany},
      {"head_dim", integer, always, nullptr, "width of one head; default d_model / heads", {}, 1, kMany},
      {"max_len", integer, variant, nullptr, "longest input: size of tables and of w2; default seq_len", {}, 1, kMany},
      {"rank",
       integer,
       variant,
       nullptr,
       "width of factors; default 8, for factorized_dense the power of two nearest the root of max_len",
       {},
       1,
       kMany},
      {"mixing",
       text,
       variant,
       "softmax",
       "weights of a sum: none, one scalar per layer, or a softmax per head",
       {"sum", "sigmoid", "softmax"}},
      {"w1",
       text,
       variant,
       "heads",
       "hidden layer of dense: d_model to all heads, d_model to d_model per head, or head slices",
       {"heads", "full", "slice"}},
      {"w2", text, variant, "heads", "output layer of dense: one per head, or one for all", {"heads", "shared"}},
      {"dense_bias", flag, variant, true, "biases in the layers of dense, factorized_dense, lightconv, dynconv and mlp_mixer"},
      {"reuse_q", flag, variant, false, "dense+vanilla: relu(q) is the hidden layer of dense (official code)"},
      {"table_init",
       text,
       variant,
       nullptr,
       "start of random tables: glorot, xavier or normal:STD; default glorot, for fixed_random normal:1",
       {},
       0,
       0,
       table_init_name},
      {"synthesizer",
       text,
       variant,
       "ffn",
       "the synthesizing function of dense: two layers, other first layers, or convolutions of 3 or 5 positions; with reuse_q there is "
       "none",
       {"ffn", "linear", "conv3", "conv_relu_conv3", "conv_relu_conv5", "conv_relu_conv35", "bottleneck", "bottleneck_conv_relu_conv",
        "glu"}},
      {"window", integer, variant, 64, "local: keys within this distance are seen", {}, 1, kMany},
      {"task", text, train, "lm", "what is learned", {}, 0, 0, task_name},
      {"data.name", text, train, nullptr, "data set of the task; default the task's first"},
      {"data.sha256", text, train, nullptr, "hash of the data, computed from its files; cannot be set", {}, 0, 0, refuse_to_be_set},
      {"data.tokenizer", text, train, "bpe", "pieces of text", {"bpe", "unigram", "bytes", "chars", "words"}},
      {"data.vocab", integer, model, 32000, "largest number of different pieces; bytes and chars need none", {}, 2, kMany},
      {"data.max_train", integer, train, 0, "examples to train on at most; 0 is all"},
      {"data.max_eval", integer, train, 0, "examples to evaluate on at most; 0 is all"},
      {"model.preset", text, model, "t2t_base", "defaults of the keys below and of the sizes above; keys that are named win",
       preset_names()},
      {"model.layers", integer, model, 6, "layers of each stack", {}, 1, 1000},
      {"model.d_ff", integer, model, 2048, "width of the feed-forward layer", {}, 1, kMany},
      {"model.dropout", number, model, 0.1, "share of activations dropped in training", {}, 0, std::nextafter(1.0, 0.0)},
      {"model.norm", text, model, "pre", "layer norm before or after a sublayer", {"pre", "post"}},
      {"model.position", text, model, "sinusoidal", "what tells positions apart", {"learned", "sinusoidal", "relative", "none"}},
      {"train.steps", integer, train, 250000, "optimiser steps", {}, 1, 1e12},
      {"train.batch_tokens", integer, shorthand, 4096, "training: samples of a step times seq_len, where batch is not named", {}, 1, 1e12},
      {"train.optimizer", text, model, "adam", "how weights move", {"adam", "adamw", "adafactor"}},
      {"train.lr",
       number,
       train,
       2.0,
       "learning rate; factor of the schedules noam and inverse-sqrt",
       {},
       std::numeric_limits<double>::min(),
       1e300},
      {"train.schedule", text, train, "noam", "how the learning rate changes", {"noam", "inverse-sqrt", "constant", "cosine", "linear"}},
      {"train.warmup", integer, train, 8000, "steps over which the learning rate rises"},
      {"train.label_smoothing", number, train, 0.1, "share of the target given to all other pieces", {}, 0, std::nextafter(1.0, 0.0)},
      {"train.eval_every", integer, train, 1000, "steps between evaluations on the valid split", {}, 1, 1e12},
      {"train.checkpoint_every", integer, train, 1000, "steps between checkpoints", {}, 1, 1e12},
      {"train.init", text, train, "", "safetensors file to start from; empty: drawn from the seed"},
      {"decode.beam", integer, decoding, 4, "beams of decoding; 1 is greedy", {}, 1, 1000},
      {"decode.length_penalty", number, decoding, 0.6, "alpha of the length penalty", {}, 0, 100},
      {"seed", integer, cell, 0, "of the inputs, the weights and the order of the data", {}, 0, 9.2e18},
  };
}

const std::map<std::string, std::size_t, std::less<>>& index_of_names() {
  static const auto index = [] {
    std::map<std::string, std::size_t, std::less<>> out;
    for (std::size_t k = 0; k < keys().size(); ++k) out.emplace(keys()[k].name, k);
    return out;
  }();
  return index;
}

std::string quoted(const Json& value) { return "'" + (value.is_string() ? value.get<std::string>() : value.dump()) + "'"; }

[[noreturn]] void refuse(const Json& value, std::string_view what) { throw UserError(quoted(value) + " " + std::string(what)); }

template <typename Number>
void check_bounds(const Key& key, Number value) {
  if (static_cast<double>(value) < key.least) {
    if (key.least > 0 && key.least < 1e-300) throw UserError(fmt::format("'{}' is not above 0", value));
    throw UserError(fmt::format("'{}' is below {}, the least that is allowed", value, key.least));
  }
  if (static_cast<double>(value) <= key.most) return;
  if (key.most < 1 && key.most > 0.99) throw UserError(fmt::format("'{}' is not below 1", value));
  throw UserError(fmt::format("'{}' is above {:.15g}, the most that is allowed", value, key.most));
}

Json checked_text(const Key& key, const Json& value) {
  if (!value.is_string()) refuse(value, key.words.empty() ? "is not a text" : "is not a text (known: " + join(key.words) + ")");
  const std::string text(trim(value.get_ref<const std::string&>()));
  if (key.canonical) return key.canonical(text);
  if (!key.words.empty() && std::find(key.words.begin(), key.words.end(), text) == key.words.end()) {
    throw UserError(unknown_word("value", text, key.words));
  }
  return text;
}

Json checked_integer(const Key& key, const Json& value) {
  std::int64_t whole = 0;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    refuse(value, "does not fit into 64 bits");
  } else if (value.is_number_integer()) {
    whole = value.get<std::int64_t>();
  } else if (value.is_number_float() && std::floor(value.get<double>()) == value.get<double>() && std::abs(value.get<double>()) < 1e15) {
    whole = static_cast<std::int64_t>(value.get<double>());
  } else {
    refuse(value, "is not a whole number");
  }
  check_bounds(key, whole);
  return whole;
}

Json checked_number(const Key& key, const Json& value) {
  if (!value.is_number()) refuse(value, "is not a number");
  const double number = value.get<double>() + 0.0;  // -0 is 0
  if (!std::isfinite(number)) refuse(value, "is not a finite number");
  check_bounds(key, number);
  return number == 0 ? 0.0 : number;
}

Json checked_flag(const Json& value) {
  if (value.is_boolean()) return value;
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  refuse(value, "is neither true nor false");
}

/// A text that stands for one or more values.
std::vector<Json> read_text(const Key& key, const std::string& text) {
  std::vector<Json> out;
  switch (key.type) {
    case KeyType::integer:
      for (const std::int64_t value : parse_integers(text)) out.push_back(checked_integer(key, value));
      break;
    case KeyType::number:
      for (const double value : parse_numbers(text)) out.push_back(checked_number(key, value));
      break;
    case KeyType::text:
    case KeyType::flag:
      for (const std::string& value : parse_texts(text)) out.push_back(checked_value(key, value));
      break;
  }
  return out;
}

}  // namespace

std::span<const Key> keys() {
  static const std::vector<Key> all = make_keys();
  return all;
}

std::vector<std::string> key_names() {
  std::vector<std::string> names;
  for (const Key& key : keys()) names.push_back(key.name);
  return names;
}

std::size_t key_index(std::string_view name) {
  const auto found = index_of_names().find(name);
  if (found != index_of_names().end()) return found->second;
  throw UserError(unknown_word("key", name, key_names()));
}

const Key& key_at(std::string_view name) { return keys()[key_index(name)]; }

Json checked_value(const Key& key, const Json& value) {
  if (value.is_string() && (key.type == KeyType::integer || key.type == KeyType::number)) {
    std::vector<Json> values = read_text(key, value.get<std::string>());
    if (values.size() == 1) return std::move(values.front());
    refuse(value, fmt::format("is {} values where one is needed (several make an [[axis]])", values.size()));
  }
  if (value.is_array()) refuse(value, "is a list where one value is needed (several make an [[axis]])");
  if (value.is_object()) refuse(value, "is a table where a value is needed");
  switch (key.type) {
    case KeyType::text: return checked_text(key, value);
    case KeyType::integer: return checked_integer(key, value);
    case KeyType::number: return checked_number(key, value);
    case KeyType::flag: return checked_flag(value);
  }
  return {};
}

std::vector<Json> checked_values(const Key& key, const Json& values) {
  if (values.is_string()) return read_text(key, values.get<std::string>());
  if (!values.is_array()) return {checked_value(key, values)};
  if (values.empty()) throw UserError("the list of values is empty: at least one is needed");
  std::vector<Json> out;
  for (const Json& value : values) {
    if (value.is_string() && key.type != KeyType::text) {
      const std::vector<Json> several = read_text(key, value.get<std::string>());
      out.insert(out.end(), several.begin(), several.end());
    } else {
      out.push_back(checked_value(key, value));
    }
  }
  return out;
}

}  // namespace synthbench
