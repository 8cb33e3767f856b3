#include "harness/provenance.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <regex>

namespace synthbench {
namespace {

TEST(Provenance, ABuildKnowsItsSourcesCompilerAndFlags) {
  const BuildRow build = this_build();
  EXPECT_TRUE(std::regex_match(build.source_sha, std::regex("[0-9a-f]{64}"))) << build.source_sha;
  EXPECT_TRUE(std::regex_match(build.git_sha, std::regex("[0-9a-f]{40}|unknown"))) << build.git_sha;
  EXPECT_EQ(build.dirty, !build.diff_sha.empty());
  EXPECT_NE(build.compiler.find('.'), std::string::npos) << build.compiler;
  EXPECT_NE(build.flags.find("kernels: -O3"), std::string::npos) << build.flags;
  EXPECT_TRUE(std::regex_match(build.tool_version, std::regex("[0-9]+\\.[0-9]+\\.[0-9]+"))) << build.tool_version;
  for (const char* library : {"eigen", "sqlite", "libtorch", "toml++", "benchmark"})
    EXPECT_TRUE(build.libs.contains(library)) << build.libs;
}

TEST(Provenance, AMachineIsTheSameWheneverItIsAsked) {
  const EnvRow first = this_machine();
  EXPECT_EQ(sha_of(first), sha_of(this_machine()));
  EXPECT_FALSE(first.host.empty());
  EXPECT_FALSE(first.os.empty());
  EXPECT_FALSE(first.cpu.empty());
  EXPECT_GE(first.cores, 1);
  EXPECT_EQ(first.ram_bytes % (256ll << 20), 0) << "rounded: the kernel's own share moves";
  const double pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  EXPECT_NEAR(static_cast<double>(first.ram_bytes), pages, 129.0 * (1 << 20));
}

TEST(Provenance, GpusComeFromTheFilesOfTheirDriver) {
  const std::filesystem::path driver = std::filesystem::path(testing::TempDir()) / "provenance_gpus";
  std::filesystem::remove_all(driver);
  EnvRow env;
  add_gpus(env, driver);
  EXPECT_EQ(env.device + env.device_uuid + env.driver, "") << "there is no such folder";

  const auto write = [&](const std::string& file, const std::string& text) {
    std::filesystem::create_directories((driver / file).parent_path());
    std::ofstream(driver / file) << text;
  };
  write("version", "NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.15  Thu Jan 23 09:05:24 UTC 2025\nGCC version: 12.2\n");
  write("gpus/0000:41:00.0/information", "Model: \t\t NVIDIA A100-SXM4-80GB\nIRQ:   \t\t 85\nGPU UUID: \t GPU-2222\n");
  write("gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 84\nGPU UUID: \t GPU-1111\n");
  add_gpus(env, driver);
  EXPECT_EQ(env.device, "NVIDIA H100 80GB HBM3, NVIDIA A100-SXM4-80GB");
  EXPECT_EQ(env.device_uuid, "GPU-1111, GPU-2222");
  EXPECT_EQ(env.driver, "570.86.15");
}

TEST(Provenance, VolatileFactsHaveTheLoad) { EXPECT_EQ(volatile_facts().at("load").size(), 3u); }

}  // namespace
}  // namespace synthbench
