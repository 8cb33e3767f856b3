#include "tasks/metrics/numpy_random.h"

#include <array>
#include <bit>

namespace synthbench {
namespace {

/// numpy's SeedSequence: a pool of four words in which every bit of the seed moves every word.
class SeedPool {
 public:
  explicit SeedPool(std::uint64_t seed) {
    pool_ = {hashed(static_cast<std::uint32_t>(seed)), hashed(static_cast<std::uint32_t>(seed >> 32)), hashed(0), hashed(0)};
    for (std::size_t from = 0; from < pool_.size(); ++from) {
      for (std::size_t to = 0; to < pool_.size(); ++to) {
        if (from != to) pool_[to] = mixed(pool_[to], hashed(pool_[from]));
      }
    }
  }

  /// Four numbers of 64 bits, low halves first.
  std::array<std::uint64_t, 4> state() const {
    std::array<std::uint64_t, 4> out{};
    std::uint32_t constant = 0x8b51f9dd;
    for (std::size_t i = 0; i < 8; ++i) {
      std::uint32_t word = pool_[i % 4] ^ constant;
      constant *= 0x58f38ded;
      word *= constant;
      word ^= word >> 16;
      out[i / 2] |= static_cast<std::uint64_t>(word) << (32 * (i % 2));
    }
    return out;
  }

 private:
  std::uint32_t hashed(std::uint32_t value) {
    value ^= constant_;
    constant_ *= 0x931e8875;
    value *= constant_;
    return value ^ value >> 16;
  }
  static std::uint32_t mixed(std::uint32_t x, std::uint32_t y) {
    const std::uint32_t value = 0xca01f9dd * x - 0x4973f715 * y;
    return value ^ value >> 16;
  }

  std::uint32_t constant_ = 0x43b0d7e5;
  std::array<std::uint32_t, 4> pool_{};
};

}  // namespace

NumpyRandom::NumpyRandom(std::uint64_t seed) {
  const std::array<std::uint64_t, 4> words = SeedPool(seed).state();
  const Wide start = static_cast<Wide>(words[0]) << 64 | words[1];
  increment_ = (static_cast<Wide>(words[2]) << 64 | words[3]) << 1 | 1;
  next64();
  state_ += start;
  next64();
}

std::uint64_t NumpyRandom::next64() {
  constexpr Wide kMultiplier = static_cast<Wide>(2549297995355413924u) << 64 | 4865540595714422341u;
  state_ = state_ * kMultiplier + increment_;
  return std::rotr(static_cast<std::uint64_t>(state_ >> 64) ^ static_cast<std::uint64_t>(state_), static_cast<int>(state_ >> 122));
}

std::uint32_t NumpyRandom::next32() {
  has_spare_ = !has_spare_;
  if (!has_spare_) return static_cast<std::uint32_t>(spare_);
  const std::uint64_t bits = next64();
  spare_ = bits >> 32;
  return static_cast<std::uint32_t>(bits);
}

std::uint32_t NumpyRandom::below(std::uint32_t n) {
  if (n == 1) return 0;
  std::uint64_t product = std::uint64_t{next32()} * n;
  const std::uint32_t unfair = (0u - n) % n;  // so many products would make some numbers likelier
  while (static_cast<std::uint32_t>(product) < unfair) product = std::uint64_t{next32()} * n;
  return static_cast<std::uint32_t>(product >> 32);
}

bool NumpyRandom::coin() {
  if (coins_left_ == 0) {
    coins_ = next32();
    coins_left_ = 32;
  } else {
    coins_ >>= 1;
  }
  --coins_left_;
  return coins_ & 1;
}

}  // namespace synthbench
