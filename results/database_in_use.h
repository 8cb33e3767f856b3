#pragma once

#include "harness/base/error.h"

namespace synthbench {

/// Another command keeps the database for longer than the busy timeout: merge and vacuum take minutes on a large one.
struct DatabaseInUse : UserError {
  using UserError::UserError;
};

}  // namespace synthbench
