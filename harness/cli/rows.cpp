#include "harness/cli/rows.h"

namespace synthbench {

Store::Selection rows_of(std::vector<OrderedJson> objects) {
  Store::Selection rows;
  if (!objects.empty()) {
    for (const auto& [key, value] : objects.front().items()) rows.columns.push_back(key);
  }
  rows.rows = std::move(objects);
  return rows;
}

std::string json_text(const OrderedJson& json, int indent) { return json.dump(indent, ' ', false, OrderedJson::error_handler_t::replace); }

}  // namespace synthbench
