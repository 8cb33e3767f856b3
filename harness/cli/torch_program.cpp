#include "harness/cli/torch_program.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "harness/cli/command.h"

namespace synthbench {
namespace {

constexpr const char* kTorchProgram = "synthbench-torch";

std::filesystem::path this_program() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed);
}

}  // namespace

std::optional<std::string> torch_program() {
  const std::filesystem::path self = this_program();
  if (self.empty() || self.filename() == kTorchProgram) return std::nullopt;
  const std::filesystem::path other = self.parent_path() / kTorchProgram;
  std::error_code failed;
  if (!std::filesystem::exists(other, failed)) return std::nullopt;
  return other.string();
}

std::string why_no_torch() { return "needs synthbench-torch, which was not built (SYNTHBENCH_TORCH=OFF)"; }

void become_torch_program() {
  const std::optional<std::string> program = torch_program();
  if (!program) return;
  const std::string name = program_name();
  std::vector<char*> argv = {const_cast<char*>(name.c_str())};  // execv takes char*, and writes none of them
  for (const std::string& argument : command_line()) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(program->c_str(), argv.data());
}

}  // namespace synthbench
