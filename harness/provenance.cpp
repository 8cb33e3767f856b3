#include "harness/provenance.h"

#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "build_facts.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// The value of "key<separator>value" in a file of such lines; empty when there is none.
std::string value_of(const std::filesystem::path& path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t at = line.find(separator);
    if (at == std::string::npos || trim(std::string_view(line).substr(0, at)) != key) continue;
    std::string_view value = trim(std::string_view(line).substr(at + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return std::string(value);
  }
  return {};
}

std::string first_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// MemTotal moves by some megabytes with each kernel: to the nearest 256 MiB it is a fact of the machine.
std::int64_t memory_bytes() {
  constexpr double kStep = 256.0 * 1024 * 1024;
  const std::string text = value_of("/proc/meminfo", "MemTotal", ':');
  const double bytes = text.empty() ? 0.0 : std::strtod(text.c_str(), nullptr) * 1024;
  return static_cast<std::int64_t>(std::max(1.0, std::round(bytes / kStep)) * kStep);
}

std::string processor() {
  for (const char* key : {"model name", "Model", "CPU part"}) {
    if (std::string name = value_of("/proc/cpuinfo", key, ':'); !name.empty()) return name;
  }
  return "unknown";
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

void add_gpus(EnvRow& env, const std::filesystem::path& driver_folder) {
  std::error_code none;
  std::vector<std::filesystem::path> gpus;  // named by bus address: the order of CUDA_DEVICE_ORDER=PCI_BUS_ID
  for (const auto& gpu : std::filesystem::directory_iterator(driver_folder / "gpus", none)) gpus.push_back(gpu.path() / "information");
  std::ranges::sort(gpus);
  std::vector<std::string> models, uuids;
  for (const std::filesystem::path& information : gpus) {
    models.push_back(value_of(information, "Model", ':'));
    uuids.push_back(value_of(information, "GPU UUID", ':'));
  }
  env.device = join(models);
  env.device_uuid = join(uuids);
  if (gpus.empty()) return;
  static const std::regex version(R"(\d+\.\d+(\.\d+)?)");
  std::smatch found;
  const std::string line = first_line_of(driver_folder / "version");
  if (std::regex_search(line, found, version)) env.driver = found[0];
}

BuildRow this_build() {
  namespace facts = build_facts;
  BuildRow build;
  build.source_sha = facts::kSourceSha;
  build.compiler = facts::kCompiler;
  build.build_type = facts::kBuildType;
  build.flags = facts::kFlags;
  build.tool_version = facts::kVersion;
  build.git_sha = facts::kGitSha;
  build.diff_sha = facts::kDiffSha;
  build.dirty = facts::kDirty;
  build.libs = Json::parse(facts::kLibs);
  return build;
}

EnvRow this_machine() {
  EnvRow env;
  env.host = host_name();
  env.os = value_of("/etc/os-release", "PRETTY_NAME", '=');
  if (env.os.empty()) env.os = "Linux";
  env.cpu = processor();
  env.cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  env.ram_bytes = memory_bytes();
  add_gpus(env, "/proc/driver/nvidia");
  return env;
}

Json volatile_facts() {
  Json facts = Json::object();
  std::array<double, 3> load{};
  if (::getloadavg(load.data(), 3) == 3) facts["load"] = load;
  const std::string cpu0 = "/sys/devices/system/cpu/cpu0/cpufreq/";
  if (const std::string governor = first_line_of(cpu0 + "scaling_governor"); !governor.empty()) facts["governor"] = governor;
  if (const std::string khz = first_line_of(cpu0 + "scaling_cur_freq"); !khz.empty())
    facts["cpu_khz"] = std::strtoll(khz.c_str(), nullptr, 10);
  if (const std::string mhz = value_of("/proc/cpuinfo", "cpu MHz", ':'); !mhz.empty()) facts["cpu_mhz"] = std::strtod(mhz.c_str(), nullptr);
  if (const std::string free = value_of("/proc/meminfo", "MemAvailable", ':'); !free.empty()) {
    facts["available_bytes"] = std::strtoll(free.c_str(), nullptr, 10) * 1024;
  }
  facts["kernel"] = first_line_of("/proc/sys/kernel/osrelease");
  return facts;
}

}  // namespace synthbench
