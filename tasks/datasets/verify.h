#pragma once

#include <string>
#include <vector>

#include "tasks/datasets/data_set.h"

namespace synthbench {

/// What reading a split from its first byte to its last shows.
struct Verified {
  std::string data_set;
  std::string split{}, form{};
  std::string files{};        ///< SplitHere::files()
  bool used = false;          ///< the layout that loading takes; others lie beside it
  std::int64_t lines = 0;     ///< of the first stream
  std::int64_t examples = 0;  ///< hidden ones among them
  std::int64_t hidden = 0;    ///< whose label is kept back
  std::int64_t left_out = 0;  ///< rows that are no examples: malformed ones of QQP, those of MNLI without an agreed label
  std::int64_t official = 0;  ///< examples of the whole split; 0: not known
  std::int64_t bytes = 0;     ///< of all streams, unpacked
  std::string sha256{};       ///< of the first stream, unpacked; of several: of their sums
  std::string status{};       ///< "complete", "cut", "more", "read" (no official number), "damaged"
  std::string detail{};       ///< why it is damaged: one line that names the file
};

/// Reads every layout of every split of a data set that is here. Throws UserError when nothing of it is.
std::vector<Verified> verify(const std::string& name);

/// Reads one of them.
Verified verify(const std::string& name, const DataSet& data, const SplitHere& here);

}  // namespace synthbench
