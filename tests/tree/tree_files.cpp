#include "tests/tree/tree_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace synthbench {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kFolders = {"ablations", "backends", "cmake", "docs", "harness",
                                                      "results",   "tasks",    "tests", ".ci"};
constexpr std::array<std::string_view, 9> kFiles = {"synthbench",      "CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md",
                                                    "CONTRIBUTING.md", "CITATION.cff",   ".clang-format",     ".gitignore"};

bool is_data(const std::string& path) { return path.starts_with("tasks/data/") && !path.ends_with(".md"); }

bool is_text(const std::string& text) { return text.find('\0') == std::string::npos; }

TreeFile read(const fs::path& root, const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {fs::relative(file, root).generic_string(), {std::istreambuf_iterator<char>(in), {}}};
}

}  // namespace

std::vector<TreeFile> tree_files() {
  const fs::path root = SYNTHBENCH_SOURCE_DIR;
  std::vector<TreeFile> files;
  for (const std::string_view name : kFiles) {
    if (fs::exists(root / name)) files.push_back(read(root, root / name));
  }
  for (const std::string_view folder : kFolders) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.is_regular_file()) files.push_back(read(root, entry.path()));
    }
  }
  std::erase_if(files, [](const TreeFile& file) { return is_data(file.path) || !is_text(file.text); });
  std::ranges::sort(files, {}, &TreeFile::path);
  return files;
}

std::vector<TreeFile> source_files() {
  std::vector<TreeFile> files = tree_files();
  std::erase_if(files, [](const TreeFile& file) {
    const std::string kind = fs::path(file.path).extension().string();
    return kind != ".h" && kind != ".cpp" && kind != ".cu" && kind != ".cuh" && kind != ".in";
  });
  return files;
}

}  // namespace synthbench
