#pragma once

#include <cstdlib>
#include <string>

#include "tests/cli/program.h"

namespace synthbench {

/// Runs one command line of sh in the place's folder; the built program is `synthbench` in its PATH.
inline Done shell(const Place& place, const std::string& line) {
  const std::string command =
      "cd '" + place.folder().string() + "' && PATH='" SYNTHBENCH_BINARY_DIR "':$PATH && { " + line + "\n} > .out 2> .err < /dev/null";
  const int status = std::system(command.c_str());
  const auto text = [&](const char* name) {
    std::stringstream content;
    content << std::ifstream(place.folder() / name).rdbuf();
    return content.str();
  };
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text(".out"), text(".err")};
}

inline bool installed(const std::string& program) { return std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) == 0; }

}  // namespace synthbench
