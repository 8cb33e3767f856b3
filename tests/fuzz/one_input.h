#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

/// A target: called by libFuzzer, or by replay.cpp, once for each input. Returns 0; whatever it throws is a finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace synthbench {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// A refusal is one line.
inline void check_refusal(std::string_view words) {
  if (words.empty() || words.find('\n') != std::string_view::npos) throw std::logic_error("a refusal that is not one line");
}

/// What holds for every input.
inline void always(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace synthbench
