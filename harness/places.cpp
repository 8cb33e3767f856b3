#include "harness/places.h"

#include <fmt/format.h>

#include <system_error>

#include "harness/base/error.h"

namespace synthbench {
namespace fs = std::filesystem;
namespace {

void make(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw UserError(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
}

}  // namespace

std::string Places::log_of(const ClaimedCell& cell) const {
  make(folder(".logs"));
  return log(cell).string();
}

std::string Places::keep_log_of(const ClaimedCell& cell) const {
  const fs::path path = log(cell);
  std::error_code none;
  if (fs::file_size(path, none) > 0 && !none) return relative(path.string());
  fs::remove(path, none);
  return {};
}

void Places::tidy() const {
  std::error_code not_empty;
  fs::remove(folder(".logs"), not_empty);
}

std::string Places::artifacts_of(const ClaimedCell& cell) const {
  const fs::path path = folder(".artifacts") / fmt::format("c{}", cell.cell_id);
  make(path);
  return path.string();
}

std::string Places::relative(const std::string& path) const {
  const fs::path home = db_.parent_path(), inside = fs::absolute(path).lexically_normal().lexically_relative(home);
  return inside.empty() || *inside.begin() == ".." ? path : inside.string();
}

}  // namespace synthbench
