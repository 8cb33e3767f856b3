#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/registry.h"
#include "tasks/datasets/places.h"
#include "tasks/datasets/readers.h"
#include "tasks/task.h"

namespace synthbench {

/// One way in which a split is published: a place for each stream of its reader (places.h).
struct FileLayout {
  std::vector<std::string> places;
  Reader reader;
  std::string note{};  ///< what these files are, where they stand in for others: said of a training on them
};

struct SplitFiles {
  std::string name;                 ///< "train", "valid", "test", or one that is read by its name alone ("test_2017_flickr")
  std::vector<FileLayout> layouts;  ///< the first that is here wins
  std::int64_t official = 0;        ///< examples of the whole split; 0: not known
};

/// A data set as data: adding one is an entry in a file of its family.
struct DataSet {
  std::string task;                   ///< "lm", "mt" ...
  std::string summary;                ///< one line
  std::string licence;                ///< as its publisher says; "research use": no licence text was found
  std::vector<std::string> labels{};  ///< of a field "label", the first is class 0; empty: free
  std::vector<SplitFiles> splits{};
  bool running_text = false;        ///< lines of all examples are one text, as lm reads it
  bool has_words = true;            ///< false where perplexity per word means nothing (enwik8)
  bool class_by_class = false;      ///< examples lie ordered by their label: a part of a split is taken evenly from all of it
  std::int64_t official_bytes = 0;  ///< of a text that is often cut short; 0: not looked at
};
Registry<DataSet>& data_sets();

/// Names of the data sets of a task, first the one given, then by name.
std::vector<std::string> data_sets_of(std::string_view task, std::string_view first);

/// Where train, valid and test of a data set are looked for first, for messages.
std::vector<std::string> looked_for(const DataSet& data);

/// A split whose files are here, in one layout.
struct SplitHere {
  const SplitFiles* split = nullptr;
  const FileLayout* layout = nullptr;
  std::string folder;
  std::vector<std::vector<DataFile>> streams;

  /// "wikitext-2/wikitext-2-v1.zip!wikitext-2/wiki.train.tokens", of several files the first and how many.
  std::string files() const;
};

/// Where real data is looked for, in turn: the folder that SYNTHBENCH_DATA names, if any; then the samples of the repository.
std::vector<std::string> data_folders();

/// The splits of a data set in the first folder that has any of train, valid and test; every layout of them, or the one that wins.
std::vector<SplitHere> splits_here(const DataSet& data, bool all_layouts = false);

/// Examples of a split as it lies; labels that the data set does not know are refused. tallies: one for each stream, or empty.
Examples open_split(const DataSet& data, const SplitHere& here, const std::vector<std::shared_ptr<Tally>>& tallies = {});

/// Train, valid and test of a data set by name. Where only one of them is here it is divided 90/5/5 in file order, where valid is
/// missing beside others the last 5 % of train are it; of data that lies class by class every 20th example is valid (and the one behind
/// it test) instead. notes() says so.
class NamedData {
 public:
  /// Throws UserError for an unknown name, and when the data is not here: which files are missing, and SYNTHBENCH_DATA.
  explicit NamedData(std::string_view name);

  const DataSet& about() const { return *data_; }
  bool has(Split split) const;
  /// The files as they lie on disk: one entry is divided, else by Split; nullptr: that split is not here.
  const SplitHere* whole() const { return whole_; }
  const SplitHere* files(Split split) const { return of_split_.at(static_cast<std::size_t>(split)); }
  /// Throws UserError when the split is not here.
  Examples read(Split split) const;
  const std::vector<std::string>& notes() const { return notes_; }
  /// SHA-256 of a line for each stream of train, valid and test that is here: "SPLIT NUMBER BYTES SHA-256", all of them unpacked; where
  /// examples are files (Reader::by_name), behind a line for each: "FOLDER/NAME BYTES", the bytes up to its end.
  std::string sha() const;

 private:
  void note_what_is_divided();
  void note_layouts();
  Examples part(const SplitHere& here, Split split, bool with_test) const;

  std::string name_;
  const DataSet* data_;
  std::vector<SplitHere> here_;
  std::array<const SplitHere*, 3> of_split_{};
  const SplitHere* whole_ = nullptr;  ///< the one that is divided
  bool valid_from_train_ = false;
  std::vector<std::string> notes_;
};

/// NamedData::sha, read once per process and folder.
std::string data_sha(std::string_view name);

}  // namespace synthbench
