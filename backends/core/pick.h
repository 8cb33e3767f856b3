#pragma once

#include <string>

#include "backends/core/attention.h"

namespace synthbench {

/// What the one function of a backend answers that decides about a call: the name shown, the refusal and the launch all read it.
template <typename Kernel>
struct Pick {
  Kernel kernel{};     ///< of the backend's own enum
  std::string name;    ///< of the kernel; empty when refused
  std::string reason;  ///< why there is none; empty otherwise

  AttentionBackend::Choice choice(std::string label) const {
    if (name.empty()) return {{}, {}, reason};
    return {name, std::move(label), std::nullopt};
  }
};

}  // namespace synthbench
