#pragma once

#include <optional>
#include <string>
#include <vector>

namespace synthbench {

/// synthbench-torch beside this program; nullopt in synthbench-torch itself, and where it was not built.
std::optional<std::string> torch_program();

/// Why a backend that needs LibTorch cannot be had here.
std::string why_no_torch();

/// Goes on as synthbench-torch with the same command line. Returns only when there is no such program (or it cannot start).
void become_torch_program();

}  // namespace synthbench
