#include "harness/check/layer_golden.h"

namespace synthbench {

LayerGolden& layer_golden() {
  static LayerGolden run;
  return run;
}

}  // namespace synthbench
