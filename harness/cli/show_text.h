#pragma once

#include <string>

#include "harness/base/json.h"

namespace synthbench {

/// What `show` found, for people: values as lines, objects indented, lists of objects as tables, logs as they are. Numbers
/// carry their units; -o json has them in full.
std::string show_text(const OrderedJson& thing);

}  // namespace synthbench
