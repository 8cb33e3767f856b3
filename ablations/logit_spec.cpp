#include "ablations/logit_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/base/error.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// The variant that a word or an alias names.
std::string variant_named(std::string_view word) {
  if (variants().find(word)) return std::string(word);
  std::vector<std::string> known;
  for (const auto& [name, variant] : variants()) {
    known.push_back(name);
    for (const std::string& alias : variant.aliases) {
      if (alias == word) return name;
    }
  }
  throw UserError(unknown_word("variant", word, known));
}

void require_positive(std::string_view key, std::int64_t value) {
  if (value < 1) throw UserError(fmt::format("{} is {}: at least 1 is needed", key, value));
}

bool reads_input(const Side& side) { return side.source != Source::parameter; }

}  // namespace

Registry<Variant>& variants() {
  static Registry<Variant> registry("variant");
  return registry;
}

std::vector<std::string> summands_of(std::string_view variant) {
  std::set<std::string> names;
  for (const std::string& part : split(variant, '+')) {
    const std::string_view word = trim(part);
    if (word.empty()) throw UserError(fmt::format("variant '{}' has an empty term (try random+vanilla)", variant));
    const std::string name = variant_named(word);
    if (!names.insert(name).second) throw UserError(fmt::format("variant '{}': term '{}' stands twice", variant, name));
  }
  return {names.begin(), names.end()};
}

std::string canonical_variant(std::string_view variant) { return join(summands_of(variant), "+"); }

Mixture describe(std::string_view variant, const LayerConfig& config) {
  const std::vector<std::string> names = summands_of(variant);
  require_positive("max_len", config.max_len);
  require_positive("rank", config.rank);
  require_positive("window", config.window);
  require_positive("heads", config.heads);
  require_positive("head_dim", config.head_dim);
  require_positive("d_model", config.d_model);

  LayerConfig own = config;
  own.reuse_q = config.reuse_q && std::ranges::find(names, "vanilla") != names.end();  // without vanilla there is no q
  Mixture mixture;
  for (const std::string& name : names) mixture.summands.push_back({name, variants().at(name).spec(own)});
  if (names.size() > 1) mixture.mixing = config.mixing;
  if (mixture.mixing == Mixing::sigmoid && names.size() != 2) {
    throw UserError(fmt::format("mixing 'sigmoid' weighs two terms; '{}' has {} (try softmax)", variant, names.size()));
  }
  return mixture;
}

std::vector<std::string> keys_of(std::string_view variant) {
  const std::vector<std::string> names = summands_of(variant);
  std::set<std::string> keys;
  for (const std::string& name : names) keys.insert(variants().at(name).keys.begin(), variants().at(name).keys.end());
  if (names.size() > 1) keys.insert("mixing");
  if (std::ranges::find(names, "vanilla") == names.end()) keys.erase("reuse_q");
  return {keys.begin(), keys.end()};
}

double initial_weight(const Mixture& mixture) {
  return mixture.mixing == Mixing::sum ? 1.0 : 1.0 / static_cast<double>(mixture.summands.size());
}

std::int64_t default_width(std::int64_t max_len) {
  const double root = std::sqrt(static_cast<double>(max_len));
  std::int64_t below = 1;
  while (2.0 * static_cast<double>(below) <= root) below *= 2;
  return root - static_cast<double>(below) <= 2.0 * static_cast<double>(below) - root ? below : 2 * below;
}

std::int64_t window_of(const Mixture& mixture) {
  std::int64_t window = 0;
  for (const Mixture::Summand& summand : mixture.summands) {
    const std::int64_t own = summand.spec.window;
    if (own > 0) window = window == 0 ? own : std::min(window, own);
  }
  return window;
}

bool batch_independent(const Mixture& mixture) {
  for (const Mixture::Summand& summand : mixture.summands) {
    for (const TermSpec& term : summand.spec.terms) {
      if (reads_input(term.lhs) || (term.kind != TermKind::table && reads_input(term.rhs))) return false;
    }
  }
  return true;
}

}  // namespace synthbench
