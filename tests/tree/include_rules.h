#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace synthbench {

/// Why `file` must not include `included`, or nothing. Both are paths from the root of the tree, `included` is one of ours.
/// Arrows point down: harness > tasks > ablations > backends/core > harness/base; results stands on harness/base alone, and
/// a backend sees neither a variant nor another backend.
std::optional<std::string> forbidden_arrow(std::string_view file, std::string_view included);

/// Why `file` must not include the header `included` of a package, or nothing. Every package has one folder that uses it.
std::optional<std::string> forbidden_package(std::string_view file, std::string_view included);

/// The part of the tree that a path belongs to: "harness/base", "harness", "backends/eigen", "ablations", "tests/cli" ...
std::string part_of(std::string_view path);

}  // namespace synthbench
