// _man DIR: the man pages, written by `cmake --install`.
#include <memory>

#include "harness/cli/man.h"

namespace synthbench {
namespace {

const bool registered = commands().add("_man", {.group = "hidden",
                                                .summary = "man pages into DIR/man1 and DIR/man7",
                                                .about = {},
                                                .example = "synthbench _man build/man",
                                                .declare = [](FlagSet& flags) -> Action {
                                                  const auto folder = std::make_shared<std::string>();
                                                  flags.argument("DIR", *folder, "where to");
                                                  return [folder] {
                                                    write_man_pages(*folder);
                                                    return Exit::well;
                                                  };
                                                }});

}  // namespace
}  // namespace synthbench
