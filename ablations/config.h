#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ablations/logit_spec.h"
#include "harness/base/json.h"

namespace synthbench {

/// A cell without its seed, fully resolved: defaults filled in, aliases normalised, keys that the kind or variant ignores
/// dropped. Its JSON is flat with dotted keys ("train.lr"); equal configs have equal JSON.
class Config {
 public:
  Config() = default;
  /// resolved: a flat object as json() gives it; nothing is filled in or checked.
  explicit Config(Json resolved) : values_(std::move(resolved)) {}

  const Json& json() const { return values_; }
  /// SHA-256 of the canonical JSON: sorted keys, no blanks, shortest round-trip numbers.
  std::string sha() const;

  bool has(std::string_view key) const { return values_.contains(key); }
  /// Throw std::logic_error that names the key when it is absent or of another type.
  const std::string& text(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  double number(std::string_view key) const;
  bool flag(std::string_view key) const;

  /// What the variant's description needs, from a resolved config.
  LayerConfig layer() const;
  /// describe(variant, layer())
  Mixture mixture() const;

 private:
  Json values_ = Json::object();
};

}  // namespace synthbench
