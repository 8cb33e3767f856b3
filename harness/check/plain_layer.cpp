#include "harness/check/plain_layer.h"

namespace synthbench {

Registry<PlainLayer>& plain_layers() {
  static Registry<PlainLayer> registry("plain layer");
  return registry;
}

}  // namespace synthbench
