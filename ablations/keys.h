#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"

namespace synthbench {

enum class KeyType : std::uint8_t { text, integer, number, flag };

/// Which configs a key is part of; elsewhere it is dropped, so that two cells that differ in it alone are one.
enum class KeyUse : std::uint8_t {
  always,    ///< every config
  speed,     ///< kind = speed
  kernel,    ///< kind = speed at the scopes attend and layer
  model,     ///< kind = train, and kind = speed at the scope step: a whole model is built
  train,     ///< kind = train
  decoding,  ///< kind = train of a task that generates text
  variant,   ///< where the variant depends on it (keys_of)
  cell,      ///< part of a cell, not of its config: seed
  shorthand  ///< another way to say a key of the config: tokens, train.batch_tokens
};

/// One key of a grid: what may be written in [base], as an [[axis]], in [[zip]] and [[include]], and after --set.
struct Key {
  std::string name;
  KeyType type = KeyType::text;
  KeyUse use = KeyUse::always;
  Json fallback;  ///< the default; null where it follows from other keys, as doc says
  std::string doc;
  std::vector<std::string> words{};                      ///< the texts that are allowed; empty: any, or what canonical accepts
  double least = 0, most = 1e15;                         ///< of integers and numbers
  std::string (*canonical)(std::string_view) = nullptr;  ///< one spelling for texts that mean the same; throws UserError
};

/// All keys, in the order of the manual. This list is the only one: grids, flags, filters and docs read it.
std::span<const Key> keys();
std::vector<std::string> key_names();

/// Throws UserError "unknown key 'd_modle' (did you mean 'd_model'?)".
std::size_t key_index(std::string_view name);
const Key& key_at(std::string_view name);

/// One value as the key means it: 1 as 1.0 for a number, "R+V" as "random+vanilla", "true" as true, "1k" as 1024.
/// Throws UserError that quotes the value and says what is allowed, without the key's name: callers put the place in front.
Json checked_value(const Key& key, const Json& value);

/// All values of an axis: a list, one value, or a text of ranges. Throws as checked_value, and for an empty list.
std::vector<Json> checked_values(const Key& key, const Json& values);

}  // namespace synthbench
