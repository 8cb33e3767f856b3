#include "harness/provenance.h"

#include <gtest/gtest.h>
#include <unistd.h>

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

TEST(Provenance, VolatileFactsHaveTheLoad) { EXPECT_EQ(volatile_facts().at("load").size(), 3u); }

}  // namespace
}  // namespace synthbench
