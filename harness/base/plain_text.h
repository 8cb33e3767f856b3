#pragma once

#include <string>

namespace synthbench {

/// A Json value as people write it: texts without quotes.
template <typename Value>
std::string plain_text(const Value& value) {
  return value.is_string() ? value.template get<std::string>() : value.dump();
}

}  // namespace synthbench
