#pragma once

#include <string>
#include <vector>

#include "harness/base/json.h"

namespace synthbench {

/// Formats of a list of rows, the one for people first.
std::vector<std::string> row_formats();

/// Rows with equal keys in a format. json: an array; jsonl: an object a line.
std::string rows_text(const std::string& format, const std::vector<OrderedJson>& rows);

/// JSON as text; bytes that are not UTF-8 (of a log) are replaced. indent -1: one line.
std::string json_text(const OrderedJson& json, int indent = -1);

}  // namespace synthbench
