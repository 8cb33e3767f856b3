#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace synthbench {

/// A file that can be fetched, as tasks/data/fetch.tsv lists it.
struct Fetchable {
  std::string data_set, url, sha256;
  std::int64_t bytes = 0;
  std::string place;    ///< where it goes in the folder of real data
  bool unpack = false;  ///< its members go into the folder that it lies in
};

/// All of the list. Throws UserError "fetch.tsv:3: ..." for a line of another form.
std::vector<Fetchable> fetch_list(const std::string& path);

/// Those of a data set, from the list that comes with synthbench, or the one that SYNTHBENCH_FETCH_LIST names.
std::vector<Fetchable> fetchable(const std::string& data_set);

}  // namespace synthbench
