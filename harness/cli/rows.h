#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"
#include "results/store.h"

namespace synthbench {

/// Objects with equal keys as rows that results/format.h prints.
Store::Selection rows_of(std::vector<OrderedJson> objects);

/// JSON as text; bytes that are not UTF-8 (of a log) are replaced. indent -1: one line.
std::string json_text(const OrderedJson& json, int indent = -1);

}  // namespace synthbench
