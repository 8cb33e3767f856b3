// _toml: what the TOML reader of grids makes of a document. Hidden: the test suite toml-test calls it as its decoder.
#include <iostream>
#include <iterator>

#include "ablations/toml_settings.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"

namespace synthbench {
namespace {

Exit decode() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  write_stdout(tagged_json(text) + "\n");
  return Exit::well;
}

const bool registered = commands().add("_toml", {.group = "hidden",
                                                 .summary = "decode TOML on stdin to toml-test's JSON",
                                                 .about = {},
                                                 .example = "synthbench _toml < grid.toml",
                                                 .declare = [](FlagSet&) -> Action { return decode; }});

}  // namespace
}  // namespace synthbench
