#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace synthbench {

/// What a test set says where its labels are kept back, in a field "label" or "score".
inline constexpr std::string_view kHiddenLabel = "-1";

/// One example of a data set: texts by name, as "source" and "target", or "text" and "label". UTF-8.
struct Record {
  std::vector<std::pair<std::string, std::string>> fields;
  std::string where{};  ///< "folder/file:12", for messages

  /// Absent: nullptr.
  const std::string* find(std::string_view name) const;
  /// Throws std::logic_error when the example has no such field.
  const std::string& at(std::string_view name) const;
  /// Whether the label, or the score, is kept back.
  bool hidden() const;
};

/// Fills in the next example; false behind the last one, when the record means nothing. Throws UserError "FILE:LINE: what is wrong".
using Examples = std::function<bool(Record& record)>;

}  // namespace synthbench
