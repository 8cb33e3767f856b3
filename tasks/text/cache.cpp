#include "tasks/text/cache.h"

#include <cstdlib>
#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/files.h"

namespace synthbench {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::string cache_folder() {
  if (const std::string own = environment("SYNTHBENCH_CACHE"); !own.empty()) return own;
  if (const std::string xdg = environment("XDG_CACHE_HOME"); !xdg.empty()) return xdg + "/synthbench";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.cache/synthbench";
  return {};
}

std::string cached(const std::string& name, const std::function<bool(const std::string& content)>& valid,
                   const std::function<std::string()>& make) {
  namespace fs = std::filesystem;
  const std::string folder = cache_folder();
  std::error_code none;
  const fs::path path = fs::path(folder) / name;
  if (!folder.empty() && fs::is_regular_file(path, none)) {
    try {
      std::string content = read_file(path.string());
      if (valid(content)) return content;
    } catch (const UserError&) {
      // Unreadable is as good as missing.
    }
  }
  std::string content = make();
  if (folder.empty()) return content;
  fs::create_directories(path.parent_path(), none);
  try {
    write_file(path.string(), content);
  } catch (const UserError&) {
    // A read-only home: made again next time.
  }
  return content;
}

}  // namespace synthbench
