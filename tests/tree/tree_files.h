#pragma once
#include <string>
#include <vector>

namespace synthbench {

struct TreeFile {
  std::string path;  ///< from the root of the tree
  std::string text;
};

/// The files that we wrote: all of the tree but what was built, downloaded or shipped as data. Sorted by path.
std::vector<TreeFile> tree_files();

/// Those of them that the compiler reads.
std::vector<TreeFile> source_files();

}  // namespace synthbench
