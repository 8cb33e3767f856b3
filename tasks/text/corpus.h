#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/task.h"
#include "tasks/text/spool.h"

namespace synthbench {

/// Running text of a data set, in its splits. It lies on disk.
struct Corpus {
  std::array<std::string_view, 3> splits;  ///< by Split; test is empty where there is none
  bool has_words = true;                   ///< false where perplexity per word means nothing (enwik8)
  std::vector<std::string> notes;
  std::vector<Spool> kept;  ///< what the splits are views of

  std::string_view split(Split which) const { return splits.at(static_cast<std::size_t>(which)); }
};

/// Names for data.name, the shipped one first.
std::vector<std::string> corpus_names();

/// All of a data set of running text (tasks/datasets), unpacked.
/// Throws UserError that names the files which are missing, and SYNTHBENCH_DATA; the file and byte that is not UTF-8.
Corpus load_corpus(std::string_view dataset);

/// What tells the bytes that load_corpus reads from others (NamedData::sha). Read once per process.
std::string corpus_sha(std::string_view dataset);

/// Parts of 90, 5 and 5 per cent of the bytes, in order, cut behind the next line break, or between two characters
/// where lines are longer than a hundredth of the text: views of it.
std::array<std::string_view, 3> divide_in_file_order(std::string_view text);

}  // namespace synthbench
