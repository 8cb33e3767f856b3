#include "harness/cli/gnuplot.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "harness/base/error.h"
#include "harness/base/run_program.h"

namespace synthbench {

bool gnuplot_is_here() {
  const char* const path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    if (::access((folders.substr(begin, end - begin) + "/gnuplot").c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

std::string run_gnuplot(const std::string& script) {
  const Finished drawn = run_program({"gnuplot", "-d", "-"}, script);  // -d: nobody's gnuplotrc
  if (drawn.not_started == ENOENT || drawn.not_started == EACCES) {
    throw UserError("gnuplot draws the figures and is not installed: apt-get install -y gnuplot-nox (a table has the same numbers)");
  }
  if (drawn.not_started != 0) throw std::system_error(drawn.not_started, std::generic_category(), "starting gnuplot");
  if (drawn.code != 0 || drawn.out.empty()) throw std::runtime_error("gnuplot failed: " + on_one_line(drawn.err));
  return drawn.out;
}

}  // namespace synthbench
