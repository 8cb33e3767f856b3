#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ablations/keys.h"

namespace synthbench {

/// The value of a key in 64 bits: a whole number or flag as it is, a number by its bits, a text by its number in Texts.
/// A plan of a million cells holds no JSON.
using Slot = std::uint64_t;

/// 128 bits of content: equal for equal configs, on every machine, however their grid was written.
struct ContentHash {
  std::uint64_t high = 0, low = 0;
  bool operator==(const ContentHash&) const = default;
  ContentHash& operator+=(const ContentHash& other) {
    high += other.high;
    low += other.low;
    return *this;
  }
};

/// Texts by number.
class Texts {
 public:
  Slot number(std::string_view text);
  const std::string& text(Slot number) const { return texts_[number]; }
  std::uint64_t hash(Slot number) const { return hashes_[number]; }

 private:
  std::deque<std::string> texts_;
  std::deque<std::uint64_t> hashes_;
  std::unordered_map<std::string_view, Slot> numbers_;
};

Slot slot_of(const Key& key, const Json& checked, Texts& texts);
Json json_of(const Key& key, Slot slot, const Texts& texts);

inline constexpr std::size_t kMaxKeys = 96;

/// Values of some keys, by their index in keys().
struct Point {
  std::array<Slot, kMaxKeys> slots{};
  std::bitset<kMaxKeys> has;

  void set(std::size_t key, Slot slot) {
    slots[key] = slot;
    has.set(key);
  }
  void drop(std::size_t key) { has.reset(key); }
};

/// What a key with a value adds to the hash of a config; the sum does not depend on the order.
ContentHash hash_of(std::size_t key, Slot slot, const Texts& texts);

}  // namespace synthbench
