#include "tasks/datasets/record.h"

#include <stdexcept>

namespace synthbench {

const std::string* Record::find(std::string_view name) const {
  for (const auto& [field, text] : fields) {
    if (field == name) return &text;
  }
  return nullptr;
}

const std::string& Record::at(std::string_view name) const {
  if (const std::string* text = find(name)) return *text;
  throw std::logic_error(where + ": an example without '" + std::string(name) + "'");
}

bool Record::hidden() const {
  for (const std::string_view name : {"label", "score"}) {
    const std::string* text = find(name);
    if (text != nullptr && *text == kHiddenLabel) return true;
  }
  return false;
}

}  // namespace synthbench
