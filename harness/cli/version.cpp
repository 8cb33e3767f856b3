// version: what this program was compiled from and with.
#include <fmt/format.h>

#include <memory>

#include "harness/base/plain_text.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/provenance.h"

namespace synthbench {
namespace {

OrderedJson version_json(const BuildRow& build) {
  return {{"version", build.tool_version}, {"git_sha", build.git_sha},       {"dirty", build.dirty},
          {"compiler", build.compiler},    {"build_type", build.build_type}, {"flags", build.flags},
          {"libraries", build.libs},       {"source_sha", build.source_sha}, {"build_sha", sha_of(build)}};
}

std::string version_text(const BuildRow& build) {
  std::string text =
      fmt::format("synthbench {} ({}{})\n", build.tool_version, build.git_sha.substr(0, 12), build.dirty ? ", changed since" : "");
  text += fmt::format("{} {} {}\n", build.compiler, build.build_type, build.flags);
  for (const auto& [name, version] : build.libs.items()) {
    text += fmt::format("  {:<16} {}\n", name, plain_text(version));
  }
  return text;
}

struct VersionCommand {
  bool json = false;

  Exit run() const {
    const BuildRow build = this_build();
    write_stdout(json ? version_json(build).dump(2) + "\n" : version_text(build));
    return Exit::well;
  }
};

const bool registered = commands().add("version", {.group = "About",
                                                   .summary = "version, commit, compiler, flags and libraries",
                                                   .about = {},
                                                   .example = "synthbench version --json",
                                                   .declare = [](FlagSet& flags) -> Action {
                                                     const auto command = std::make_shared<VersionCommand>();
                                                     flags.toggle("--json", command->json, "as a JSON object");
                                                     return [command] { return command->run(); };
                                                   }});

}  // namespace
}  // namespace synthbench
