// init: a commented grid to start from.
#include <filesystem>
#include <memory>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"

namespace synthbench {
namespace {

constexpr const char* kSample =
    R"(# A grid: its axes are multiplied into cells; `synthbench plan FILE` counts them, `synthbench run FILE` measures them.
schema = 1
name   = "my-grid"
kind   = "speed"                    # or "train"

[base]                              # keys that all cells share; every key has a default, an unknown one is an error
tokens    = 4096                    # tokens per call, so that the batch follows the length; or give batch
heads     = 8
d_model   = 512
direction = "fwdbwd"                # or "fwd"

[[axis]]                            # file order is kept; the first axis varies slowest
name   = "backend"
values = ["eigen"]                  # synthbench ls backends

[[axis]]
name   = "variant"
values = ["vanilla", "random", "factorized_random", "dense", "dense+vanilla"]    # synthbench ls variants; a+b is a sum

[[axis]]
name   = "seq_len"
values = "128-512*2"                # 128, 256, 512; also 128,512 and 128-512+64; the same text works as -l 128-512*2

[[axis]]
name   = "rank"
values = [8, 32]
when   = { variant = "factorized_random" }    # elsewhere the axis does not exist

[[exclude]]                         # cells that are not worth their time, with the reason that tables will give
when   = { variant = "dense+vanilla", seq_len = ">256" }
reason = "the short lengths tell enough"

[measure]
launches  = 3                       # fresh processes per cell
min_time  = "0.3s"                  # of samples per launch
max_noise = "2%"                    # half-width of the median's interval
timeout   = "120s"                  # hard limit of one attempt, its launches together

[[table]]                           # printed when the run ends; synthbench ls tables
preset = "speed"
)";

struct InitCommand {
  std::string file;

  Exit run() const {
    if (file.empty()) {
      write_stdout(kSample);
      return Exit::well;
    }
    if (std::filesystem::exists(file)) throw UserError(file + " exists: init never overwrites");
    write_file(file, kSample);
    return Exit::well;
  }
};

const bool registered = commands().add("init", {.group = "Plan and run",
                                                .summary = "a commented grid to start from",
                                                .about = "Prints a sample grid, or writes it to FILE, which must not exist.",
                                                .example = "synthbench init my-grid.toml\nsynthbench plan my-grid.toml",
                                                .declare = [](FlagSet& flags) -> Action {
                                                  const auto command = std::make_shared<InitCommand>();
                                                  flags.argument("FILE", command->file, "where to write it (default: stdout)", false);
                                                  return [command] { return command->run(); };
                                                }});

}  // namespace
}  // namespace synthbench
