#include "ablations/resolve.h"

#include <fmt/format.h>

#include <algorithm>

#include "ablations/logit_spec.h"
#include "ablations/presets.h"
#include "ablations/vocabulary.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// Indices of the keys that rules speak of.
struct Ids {
  std::size_t kind = key_index("kind"), variant = key_index("variant"), backend = key_index("backend"), device = key_index("device"),
              scope = key_index("scope"), task = key_index("task"), seq_len = key_index("seq_len"), batch = key_index("batch"),
              tokens = key_index("tokens"), heads = key_index("heads"), d_model = key_index("d_model"), head_dim = key_index("head_dim"),
              max_len = key_index("max_len"), rank = key_index("rank"), mixing = key_index("mixing"), table_init = key_index("table_init"),
              data_name = key_index("data.name"), data_sha = key_index("data.sha256"), tokenizer = key_index("data.tokenizer"),
              vocab = key_index("data.vocab"), preset = key_index("model.preset"), batch_tokens = key_index("train.batch_tokens"),
              init = key_index("train.init"), seed = key_index("seed"), reuse_q = key_index("reuse_q"), w1 = key_index("w1"),
              dense_bias = key_index("dense_bias"), synthesizer = key_index("synthesizer");
};
const Ids& ids() {
  static const Ids all;
  return all;
}

constexpr std::int64_t kDefaultTokens = 4096;

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Resolver::Resolver(Texts& texts) : texts_(texts) {
  static_assert(kMaxKeys >= 64);
  for (std::size_t k = 0; k < keys().size(); ++k) {
    const Key& key = keys()[k];
    if (!key.fallback.is_null() && key.use != KeyUse::shorthand) fallbacks_.set(k, slot_of(key, key.fallback, texts));
  }
  cpu_ = texts.number("cpu");
  for (const std::string& backend : known_backends().names()) {
    if (known_backends().at(backend).place == Place::cuda) devices_[texts.number(backend)] = texts.number("cuda");
  }
  for (const auto& [name, values] : presets()) {
    Point& preset = presets_[texts.number(name)];
    for (const auto& [key, value] : values.items()) {
      preset.set(key_index(key), slot_of(key_at(key), checked_value(key_at(key), value), texts));
    }
  }
}

const Resolver::Usage& Resolver::usage(bool train, Slot scope, Slot variant, Slot task) {
  const std::tuple key(train, scope, variant, task);
  if (last_usage_ && key == last_usage_key_) return *last_usage_;
  Usage& usage = usages_[key];
  if (usage.keys.empty()) {
    const std::vector<std::string> of_variant = keys_of(texts_.text(variant));
    usage.summands = summands_of(texts_.text(variant));
    usage.whole_model = train || texts_.text(scope) == "step";
    const bool generates = train && known_tasks().at(texts_.text(task)).generates;
    const auto used = [&](const Key& one) {
      switch (one.use) {
        case KeyUse::always: return true;
        case KeyUse::speed: return !train;
        case KeyUse::kernel: return !usage.whole_model;
        case KeyUse::model: return usage.whole_model;
        case KeyUse::train: return train;
        case KeyUse::decoding: return generates;
        case KeyUse::variant: return has(of_variant, one.name);
        case KeyUse::cell: return true;
        case KeyUse::shorthand: return false;
      }
      return false;
    };
    for (std::size_t k = 0; k < keys().size(); ++k) {
      if (used(keys()[k])) usage.keys.push_back(k);
    }
  }
  last_usage_key_ = key;
  return *(last_usage_ = &usage);
}

/// A value that nothing reads must not look as if it had been tried.
void Resolver::check_effect(const Point& said) const {
  if (const std::size_t init = ids().init; said.has[init] && !texts_.text(said.slots[init]).empty()) {
    throw ResolveError(fmt::format("train.init '{}': this version starts every training from its seed", texts_.text(said.slots[init])),
                       {"train.init"});
  }
}

const Slot* Resolver::unnamed(const Point& said, std::size_t key) const {
  const Ids& id = ids();
  const auto is = [&](std::size_t of, const char* word) { return said.has[of] && texts_.text(said.slots[of]) == word; };
  if (said.has[id.preset] || is(id.kind, "train") || is(id.scope, "step")) {
    const auto preset = presets_.find(said.has[id.preset] ? said.slots[id.preset] : fallbacks_.slots[id.preset]);
    if (preset != presets_.end() && preset->second.has[key]) return &preset->second.slots[key];
  }
  return fallback(key);
}

const Point& Resolver::resolve(const Point& said) {
  const Ids& id = ids();
  check_effect(said);
  const auto value = [&](std::size_t key) { return said.has[key] ? said.slots[key] : fallbacks_.slots[key]; };
  static const std::string kTrain = "train";
  const bool train = texts_.text(value(id.kind)) == kTrain;
  const Slot scope = train ? texts_.number("step") : said.has[id.scope] ? said.slots[id.scope] : texts_.number("attend");
  using_ = &usage(train, scope, value(id.variant), value(id.task));

  const Point* const preset = preset_ = said.has[id.preset] || using_->whole_model ? &presets_.at(value(id.preset)) : nullptr;
  out_.has.reset();
  for (const std::size_t key : using_->keys) {
    if (said.has[key]) {
      out_.set(key, said.slots[key]);
    } else if (preset && preset->has[key]) {
      out_.set(key, preset->slots[key]);
    } else if (fallbacks_.has[key]) {
      out_.set(key, fallbacks_.slots[key]);
    }
  }
  out_.set(id.scope, scope);
  if (!said.has[id.device]) {
    const auto own = devices_.find(out_.slots[id.backend]);
    out_.set(id.device, own == devices_.end() ? cpu_ : own->second);
  }

  if (train && !said.has[id.batch] && !said.has[id.batch_tokens] && !said.has[id.tokens] && preset->has[id.batch_tokens]) {
    out_.set(id.batch,
             static_cast<Slot>(std::max<std::int64_t>(1, static_cast<std::int64_t>(preset->slots[id.batch_tokens]) / integer(id.seq_len))));
  }
  derive_sizes(said, train);
  derive_variant_keys(*using_);
  if (train) derive_data(said);
  check_variant(value(id.variant));
  return out_;
}

void Resolver::derive_sizes(const Point& said, bool train) {
  const Ids& id = ids();
  if (!out_.has[id.batch]) {
    const bool own = train && said.has[id.batch_tokens];
    const std::size_t from = own ? id.batch_tokens : id.tokens;
    const std::int64_t tokens = said.has[from] ? static_cast<std::int64_t>(said.slots[from]) : kDefaultTokens;
    if (said.has[from] && tokens < integer(id.seq_len)) {
      throw ResolveError(fmt::format("{} {} is less than one sample of seq_len {}", keys()[from].name, tokens, integer(id.seq_len)),
                         {keys()[from].name, "seq_len"});
    }
    out_.set(id.batch, static_cast<Slot>(std::max<std::int64_t>(1, tokens / integer(id.seq_len))));
  }
  if (!out_.has[id.head_dim]) {
    if (integer(id.d_model) % integer(id.heads) != 0) {
      throw ResolveError(
          fmt::format("heads {} does not divide d_model {} (choose others, or give head_dim)", integer(id.heads), integer(id.d_model)),
          {"heads", "d_model"});
    }
    out_.set(id.head_dim, static_cast<Slot>(integer(id.d_model) / integer(id.heads)));
  }
}

void Resolver::derive_variant_keys(const Usage& usage) {
  const Ids& id = ids();
  const auto wanted = [&](std::size_t key) { return !out_.has[key] && std::binary_search(usage.keys.begin(), usage.keys.end(), key); };
  if (wanted(id.max_len)) out_.set(id.max_len, out_.slots[id.seq_len]);
  if (out_.has[id.max_len] && integer(id.seq_len) > integer(id.max_len)) {
    throw ResolveError(fmt::format("seq_len {} is longer than max_len {}, for which the tables of {} are made", integer(id.seq_len),
                                   integer(id.max_len), text(id.variant)),
                       {"max_len", "seq_len"});
  }
  if (wanted(id.rank)) {
    out_.set(id.rank, has(usage.summands, "factorized_dense") ? static_cast<Slot>(default_width(integer(id.max_len))) : 8);
  }
  if (out_.has[id.reuse_q] && integer(id.reuse_q) != 0) {  // dense then has neither a hidden layer of its own nor biases
    out_.drop(id.synthesizer);
    if (!has(usage.summands, "factorized_dense")) {
      out_.drop(id.w1);
      out_.drop(id.dense_bias);
    }
  }
  if (wanted(id.table_init)) {
    const bool fixed = has(usage.summands, "fixed_random"), learned = has(usage.summands, "random");
    if (!(fixed && learned)) out_.set(id.table_init, texts_.number(fixed ? "normal:1" : "glorot"));  // both: each has its own
  }
}

void Resolver::derive_data(const Point& said) {
  const Ids& id = ids();
  const std::string& task = text(id.task);
  const TaskFacts& facts = known_tasks().at(task);
  if (!said.has[id.data_name] && !facts.datasets.empty()) out_.set(id.data_name, texts_.number(facts.datasets.front()));
  if (!out_.has[id.data_name]) throw ResolveError(fmt::format("task '{}' needs data.name", task), {"task"});
  const std::pair data(out_.slots[id.task], out_.slots[id.data_name]);
  if (!data_hashes_.contains(data)) {
    const std::string& name = texts_.text(data.second);
    if (!has(facts.datasets, name)) {
      throw ResolveError(unknown_word("data set", name, facts.datasets) + fmt::format(" of task '{}'", task), {"data.name", "task"});
    }
    data_hashes_[data] = texts_.number(facts.data_sha(name));
  }
  out_.set(id.data_sha, data_hashes_.at(data));
  if (text(id.tokenizer) == "bytes" || text(id.tokenizer) == "chars") out_.drop(id.vocab);
  if (text(id.init).empty()) out_.drop(id.init);
}

/// Variants refuse what does not fit (sigmoid over three terms): asked once for each combination of words and widths.
void Resolver::check_variant(Slot variant) {
  const Ids& id = ids();
  static const std::vector<std::size_t> asked = {
      id.variant,    id.mixing, key_index("w1"), key_index("w2"), key_index("reuse_q"), key_index("dense_bias"),
      id.table_init, id.heads,  id.d_model,      id.head_dim};
  std::string combination;
  for (const std::size_t key : asked) {
    const Slot slot = out_.has[key] ? out_.slots[key] : ~Slot{0};
    combination.append(reinterpret_cast<const char*>(&slot), sizeof slot);
  }
  if (described_.contains(combination)) return;
  try {
    describe(texts_.text(variant), config(out_).layer());
  } catch (const UserError& error) {
    throw ResolveError(error.what(), {"mixing", "w1", "variant"});
  }
  described_.insert(combination);
}

Config Resolver::config(const Point& resolved) const {
  Json out = Json::object();
  for (std::size_t k = 0; k < keys().size(); ++k) {
    if (resolved.has[k] && k != ids().seed) out[keys()[k].name] = json_of(keys()[k], resolved.slots[k], texts_);
  }
  return Config(std::move(out));
}

ContentHash Resolver::config_hash(const Point& resolved) const {
  ContentHash hash;
  for (const std::size_t key : using_->keys) {
    if (resolved.has[key] && key != ids().seed) hash += hash_of(key, resolved.slots[key], texts_);
  }
  return hash;
}

ContentHash Resolver::cell_hash(const Point& resolved) const {
  ContentHash hash = config_hash(resolved);
  return hash += hash_of(ids().seed, resolved.slots[ids().seed], texts_);
}

Config resolve(const Json& said) {
  Texts texts;
  Resolver resolver(texts);
  Point point;
  for (const auto& [name, value] : said.items()) {
    const Key& key = key_at(name);
    try {
      point.set(key_index(name), slot_of(key, checked_value(key, value), texts));
    } catch (const UserError& error) {
      throw UserError(name + ": " + error.what());
    }
  }
  return resolver.config(resolver.resolve(point));
}

}  // namespace synthbench
