#include "tests/tree/include_rules.h"

#include <algorithm>
#include <array>
#include <vector>

namespace synthbench {
namespace {

struct Arrows {
  std::string_view from;
  std::vector<std::string_view> to;  ///< parts that it may include besides itself
};

// harness and tests may include everything.
const std::vector<Arrows>& arrows() {
  static const std::vector<Arrows> table = {
      {"harness/base", {}},
      {"backends/core", {"harness/base"}},
      {"backends", {"backends/core", "harness/base"}},
      {"ablations", {"backends/core", "harness/base"}},
      {"tasks", {"ablations", "backends/core", "harness/base"}},
      {"results", {"harness/base"}},
  };
  return table;
}

struct Package {
  std::string_view prefix;                ///< how its headers' names begin
  std::vector<std::string_view> folders;  ///< that may include them, and the folders of tests that mirror these
};

// A header that no row names (the standard library, POSIX, fmt, nlohmann-json) is free to use.
const std::vector<Package>& packages() {
  static const std::vector<Package> table = {
      {"Eigen/", {"backends/eigen"}},
      {"unsupported/Eigen/", {"backends/eigen"}},
      {"torch/", {"backends/torch", "harness/trunk"}},
      {"ATen/", {"backends/torch", "harness/trunk"}},
      {"c10/", {"backends/torch", "harness/trunk"}},
      {"sqlite3.h", {"results"}},
      {"boost/", {"results"}},
      {"CLI/", {"harness/cli"}},
      {"toml++/", {"harness/base"}},
      {"benchmark/", {"harness/measure"}},
      {"sentencepiece", {"tasks"}},
      {"zlib.h", {"tasks/datasets"}},
      {"archive", {"tasks/datasets"}},
      {"unicode/", {"tasks"}},
      {"curl/", {"tasks/download"}},
      {"sha1.h", {"harness/base"}},
      {"sha2.h", {"harness/base"}},
      {"gtest/", {"tests"}},
      {"gmock/", {"tests"}},
  };
  return table;
}

bool inside(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

/// tests/results/x_test.cpp may use what results may; tests/backends what any backend may.
bool mirrors(std::string_view file, std::string_view folder) {
  constexpr std::string_view tests = "tests/";
  if (!file.starts_with(tests)) return false;
  const std::string_view mirrored = file.substr(tests.size(), file.rfind('/') - tests.size());
  return inside(mirrored, folder) || inside(folder, mirrored) || inside(folder, "harness/" + std::string(mirrored));
}

}  // namespace

std::string part_of(std::string_view path) {
  // Folders whose subfolders are parts of their own; of harness only base is.
  for (const std::string_view whole : {"backends/", "tests/"}) {
    if (!path.starts_with(whole)) continue;
    return std::string(path.substr(0, path.find('/', whole.size())));
  }
  if (inside(path, "harness/base")) return "harness/base";
  return std::string(path.substr(0, path.find('/')));
}

std::optional<std::string> forbidden_arrow(std::string_view file, std::string_view included) {
  const std::string from = part_of(file), to = part_of(included);
  if (from == to || from.starts_with("tests") || from == "harness") return std::nullopt;
  const auto row = std::ranges::find_if(arrows(), [&](const Arrows& a) {
    return a.from == from || (a.from == "backends" && from.starts_with("backends/") && from != "backends/core");
  });
  if (row == arrows().end()) return std::string(file) + " is in no part that the table of arrows names";
  if (std::ranges::find(row->to, to) != row->to.end()) return std::nullopt;
  return std::string(file) + " includes " + std::string(included) + ": " + from + " must not see " + to;
}

std::optional<std::string> forbidden_package(std::string_view file, std::string_view included) {
  for (const Package& package : packages()) {
    if (!included.starts_with(package.prefix)) continue;
    const bool allowed =
        std::ranges::any_of(package.folders, [&](std::string_view folder) { return inside(file, folder) || mirrors(file, folder); });
    if (allowed) return std::nullopt;
    std::string why = std::string(file) + " includes <" + std::string(included) + ">, which only";
    for (const std::string_view folder : package.folders) why += " " + std::string(folder);
    return why + " may";
  }
  return std::nullopt;
}

}  // namespace synthbench
