#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ablations/config.h"
#include "ablations/point.h"
#include "harness/base/error.h"

namespace synthbench {

/// Values that do not fit together; keys: those whose values the message names, the likeliest culprit first.
struct ResolveError : UserError {
  ResolveError(const std::string& message, std::vector<std::string> keys_in) : UserError(message), keys(std::move(keys_in)) {}
  std::vector<std::string> keys;
};

/// Makes configs of points: fills in defaults and presets, derives batch, head_dim, max_len ..., drops what the kind, the
/// scope or the variant ignores. Remembers what it learnt of each kind of point, so that a million cost a fraction of a
/// second.
class Resolver {
 public:
  explicit Resolver(Texts& texts);

  /// said: values checked as checked_value does. The result holds every key of the config, and the seed.
  /// Throws ResolveError without a place.
  const Point& resolve(const Point& said);

  Config config(const Point& resolved) const;
  ContentHash config_hash(const Point& resolved) const;  ///< without the seed
  ContentHash cell_hash(const Point& resolved) const;    ///< with it

  /// The default of a key where it does not follow from others; nullptr otherwise.
  /// What a key has at a point that does not name it: the preset's value, where the point is of a whole model; else the default.
  /// nullptr: it has none, or follows from other keys.
  const Slot* unnamed(const Point& said, std::size_t key) const;
  const Slot* fallback(std::size_t key) const { return fallbacks_.has[key] ? &fallbacks_.slots[key] : nullptr; }
  /// What the preset of the point that was resolved last sets; nullptr: it has no preset, or that does not name the key.
  const Slot* preset(std::size_t key) const { return preset_ && preset_->has[key] ? &preset_->slots[key] : nullptr; }
  Texts& texts() const { return texts_; }

 private:
  struct Usage {
    std::vector<std::size_t> keys;      ///< of the config, in the order of keys()
    std::vector<std::string> summands;  ///< of the variant
    bool whole_model = false;
  };
  const Usage& usage(bool train, Slot scope, Slot variant, Slot task);
  void derive_sizes(const Point& said, bool train);
  void derive_variant_keys(const Usage& usage);
  void derive_data(const Point& said);
  void check_variant(Slot variant);
  void check_effect(const Point& said) const;

  std::int64_t integer(std::size_t key) const { return static_cast<std::int64_t>(out_.slots[key]); }
  const std::string& text(std::size_t key) const { return texts_.text(out_.slots[key]); }

  Texts& texts_;
  Point fallbacks_, out_;
  Slot cpu_ = 0;
  std::map<Slot, Slot> devices_;  ///< of backends that do not compute on the host
  std::map<Slot, Point> presets_;
  std::map<std::tuple<bool, Slot, Slot, Slot>, Usage> usages_;
  std::tuple<bool, Slot, Slot, Slot> last_usage_key_{};
  const Usage* last_usage_ = nullptr;
  const Usage* using_ = nullptr;
  const Point* preset_ = nullptr;  ///< of the point that is being resolved
  std::unordered_set<std::string> described_;
  std::map<std::pair<Slot, Slot>, Slot> data_hashes_;
  ContentHash hash_;
};

/// The config of some values: a flat object, as in [base]. What bench flags, `cost` and tests start from.
/// Throws UserError that names the key.
Config resolve(const Json& said);

}  // namespace synthbench
