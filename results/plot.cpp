#include "results/plot.h"

namespace synthbench {

Registry<PlotKind>& plots() {
  static Registry<PlotKind> all("plot");
  return all;
}

}  // namespace synthbench
