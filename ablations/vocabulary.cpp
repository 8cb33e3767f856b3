#include "ablations/vocabulary.h"

namespace synthbench {

Registry<TaskFacts>& known_tasks() {
  static Registry<TaskFacts> registry("task");
  return registry;
}

}  // namespace synthbench
