#include "ablations/point.h"

#include <bit>
#include <vector>

#include "harness/base/sha256.h"

namespace synthbench {
namespace {

/// The first 64 bits of the SHA-256.
std::uint64_t hash64(std::string_view text) { return std::stoull(sha256(text).substr(0, 16), nullptr, 16); }

/// splitmix64's finaliser (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

struct KeySalt {
  std::uint64_t high, low;
  bool text;
};

const std::vector<KeySalt>& salts() {
  static const std::vector<KeySalt> all = [] {
    std::vector<KeySalt> out;
    for (const Key& key : keys()) out.push_back({hash64("high " + key.name), hash64("low " + key.name), key.type == KeyType::text});
    return out;
  }();
  return all;
}

}  // namespace

Slot Texts::number(std::string_view text) {
  const auto found = numbers_.find(text);
  if (found != numbers_.end()) return found->second;
  const Slot number = texts_.size();
  texts_.emplace_back(text);
  hashes_.push_back(hash64(text));
  numbers_.emplace(texts_.back(), number);
  return number;
}

Slot slot_of(const Key& key, const Json& checked, Texts& texts) {
  switch (key.type) {
    case KeyType::text: return texts.number(checked.get_ref<const std::string&>());
    case KeyType::integer: return static_cast<Slot>(checked.get<std::int64_t>());
    case KeyType::number: return std::bit_cast<Slot>(checked.get<double>());
    case KeyType::flag: return checked.get<bool>() ? 1 : 0;
  }
  return 0;
}

Json json_of(const Key& key, Slot slot, const Texts& texts) {
  switch (key.type) {
    case KeyType::text: return texts.text(slot);
    case KeyType::integer: return static_cast<std::int64_t>(slot);
    case KeyType::number: return std::bit_cast<double>(slot);
    case KeyType::flag: return slot != 0;
  }
  return {};
}

ContentHash hash_of(std::size_t key, Slot slot, const Texts& texts) {
  const KeySalt& salt = salts()[key];
  const std::uint64_t content = salt.text ? texts.hash(slot) : slot;
  return {mixed(salt.high ^ mixed(content)), mixed(salt.low + 0x9e3779b97f4a7c15U * content)};
}

}  // namespace synthbench
