#include "tasks/text/corpus.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// Where a data set lies: one file, or train, valid and test, in the layout in which it is published.
struct DataSet {
  std::string name;
  std::vector<std::string> files;
  std::string shipped;  ///< in shipped_data_folder(); empty: not shipped
  bool has_words = true;
};

const std::vector<DataSet>& data_sets() {
  static const std::vector<DataSet> all = {
      {"tinyshakespeare", {"tinyshakespeare/input.txt"}, "shakespeare.txt"},
      {"wikitext-2",
       {"wikitext-2/wiki.train.tokens", "wikitext-2/wiki.valid.tokens", "wikitext-2/wiki.test.tokens"},
       ""},
      {"enwik8", {"enwik8/enwik8"}, "", false},
      {"emnlp-news", {"emnlp2017-wmt-news/test_emnlp.txt"}, ""},
  };
  return all;
}

const DataSet& data_set_named(std::string_view dataset) {
  for (const DataSet& data : data_sets()) {
    if (data.name == dataset) return data;
  }
  throw UserError(unknown_word("data set", dataset, corpus_names()));
}

/// The files' contents, from the first place that has them all.
std::vector<std::string> read_all(const DataSet& data) {
  const std::string folder = data_folder();
  std::vector<std::string> paths;
  for (const std::string& file : data.files) paths.push_back(folder + "/" + file);
  std::string missing;
  for (const std::string& path : paths) {
    if (folder.empty() || !std::filesystem::exists(path)) missing = path;
  }
  if (!missing.empty() && !data.shipped.empty()) {
    paths = {shipped_data_folder() + "/" + data.shipped};
  } else if (folder.empty()) {
    throw UserError(fmt::format("data set '{}' is not shipped: point SYNTHBENCH_DATA at a folder that holds {}",
                                data.name, join(data.files)));
  } else if (!missing.empty()) {
    throw UserError(
        fmt::format("data set '{}': {} does not exist (SYNTHBENCH_DATA is {})", data.name, missing, folder));
  }
  std::vector<std::string> contents;
  for (const std::string& path : paths) {
    contents.push_back(read_file(path));
    if (contents.back().empty()) throw UserError(fmt::format("data set '{}': {} is empty", data.name, path));
  }
  return contents;
}

}  // namespace

std::vector<std::string> corpus_names() {
  std::vector<std::string> names;
  for (const DataSet& data : data_sets()) names.push_back(data.name);
  return names;
}

std::array<std::string, 3> divide_in_file_order(std::string_view text) {
  const auto cut_behind = [&](std::size_t place) {
    const std::size_t line_break = text.find('\n', place);
    return line_break == std::string_view::npos ? text.size() : line_break + 1;
  };
  const std::size_t train = cut_behind(text.size() * 9 / 10),
                    valid = cut_behind(std::max(train, text.size() * 19 / 20));
  return {std::string(text.substr(0, train)), std::string(text.substr(train, valid - train)),
          std::string(text.substr(valid))};
}

Corpus load_corpus(std::string_view dataset) {
  const DataSet& data = data_set_named(dataset);
  std::vector<std::string> contents = read_all(data);
  Corpus corpus;
  corpus.has_words = data.has_words;
  if (contents.size() == 1) {
    corpus.splits = divide_in_file_order(contents.front());
    corpus.notes.push_back(fmt::format("{} comes as one split: divided 90/5/5 in file order", data.name));
  } else {
    for (std::size_t k = 0; k < contents.size(); ++k) corpus.splits.at(k) = std::move(contents[k]);
  }
  return corpus;
}

std::string corpus_sha(std::string_view dataset) {
  static std::map<std::string, std::string> known;  // a plan asks once per cell
  std::string& sha = known[data_folder() + "\n" + std::string(dataset)];
  if (sha.empty()) {
    std::string bytes;
    for (const std::string& content : read_all(data_set_named(dataset))) bytes += content;
    sha = sha256(bytes);
  }
  return sha;
}

}  // namespace synthbench
