#include "harness/programs.h"

#include <unistd.h>

#include <filesystem>

#include "backends/core/attention.h"

namespace synthbench {
namespace {

bool needs_libtorch(const Config& config) {
  const BackendFacts* facts = known_backends().find(config.text("backend"));
  return config.text("kind") != "speed" || config.text("scope") != "attend" || (facts != nullptr && facts->needs_libtorch);
}

}  // namespace

std::string worker_program(const Config& config, const std::string& folder) {
  const std::filesystem::path here =
      folder.empty() ? std::filesystem::read_symlink("/proc/self/exe").parent_path() : std::filesystem::path(folder);
  return (here / (needs_libtorch(config) ? "synthbench-torch" : "synthbench")).string();
}

bool exists(const std::string& program) { return ::access(program.c_str(), X_OK) == 0; }

}  // namespace synthbench
