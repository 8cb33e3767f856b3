#include "tasks/datasets/presence.h"

#include <filesystem>
#include <set>

#include "harness/base/error.h"

namespace synthbench {

namespace {

Presence look_for(const std::string& name) {
  Presence found;
  std::set<std::string> counted;  // archives hold several splits
  for (const SplitHere& here : splits_here(data_sets().at(name))) {
    found.available = true;
    found.folder = here.folder;
    found.splits.push_back(here.split->name);
    for (const std::vector<DataFile>& stream : here.streams) {
      for (const DataFile& file : stream) {
        if (counted.insert(file.path).second) found.bytes += static_cast<std::int64_t>(std::filesystem::file_size(file.path));
      }
    }
  }
  return found;
}

}  // namespace

Presence presence(const std::string& name) {
  Presence found;
  try {
    found = look_for(name);
  } catch (const UserError& error) {
    return {.unreadable = true, .reason = error.what()};
  }
  if (found.available) return found;
  try {
    NamedData{name};
  } catch (const UserError& error) {
    found.reason = error.what();  // what is missing
  }
  return found;
}

}  // namespace synthbench
