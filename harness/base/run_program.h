#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// What a program that has ended left behind.
struct Finished {
  int not_started = 0;  ///< errno of starting it; then the rest means nothing
  int code = 0;         ///< its exit code; 128 and its signal where one ended it
  std::string out{}, err{};
};

/// Runs a program to its end, input on its stdin. words: its name, looked for along PATH where it has no folder, and its arguments.
/// Throws std::system_error where the system cannot go on.
Finished run_program(std::vector<std::string> words, std::string_view input = {});

}  // namespace synthbench
