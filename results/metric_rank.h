#pragma once

#include <string>

namespace synthbench {

/// Which of the rows of one metric speaks for it, the least: of splits test, then valid, then any but train; hot caches before cold.
inline int metric_rank(const std::string& split, const std::string& signature) {
  const int by_split = split == "test" ? 0 : split == "valid" ? 1 : split == "train" ? 3 : 2;
  return by_split + (signature.find("cache:cold") == std::string::npos ? 0 : 4);
}

}  // namespace synthbench
