#pragma once

#include <string>

namespace synthbench {

/// Whether there is a gnuplot on the PATH.
bool gnuplot_is_here();

/// What gnuplot writes to its standard output for these commands. No settings of the user's are read. Throws UserError where it is not
/// installed, and std::runtime_error with its words where it fails.
std::string run_gnuplot(const std::string& script);

}  // namespace synthbench
