#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/datasets/data_set.h"

namespace synthbench {

/// What a look at the folders says of a data set: nothing is read but what archives hold.
struct Presence {
  bool available = false;             ///< any of train, valid and test is here
  std::vector<std::string> splits{};  ///< that are here
  std::string folder{};               ///< in which they are
  std::int64_t bytes = 0;             ///< of their files on disk
  bool unreadable = false;            ///< something is here that cannot be looked at
  std::string reason{};               ///< what is missing, or cannot be looked at, where nothing is here
};
Presence presence(const std::string& name);

}  // namespace synthbench
