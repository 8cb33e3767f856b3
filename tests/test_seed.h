#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

namespace synthbench {

/// SYNTHBENCH_TEST_SEED, else drawn afresh for this process.
inline std::uint64_t test_seed() {
  static const std::uint64_t seed = [] {
    const char* given = std::getenv("SYNTHBENCH_TEST_SEED");
    return given ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  }();
  return seed;
}

/// For SCOPED_TRACE: how to draw the same numbers again.
inline std::string seed_trace() { return "SYNTHBENCH_TEST_SEED=" + std::to_string(test_seed()); }

}  // namespace synthbench
