#include "tasks/text/corpus.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "tasks/data_file.h"

namespace synthbench {
namespace {

/// Where a data set lies in the layouts in which it is published: for its one file, or for train, valid and test, the
/// places to look at in turn (see read_data_file).
struct DataSet {
  std::string name;
  std::vector<std::vector<std::string>> files;
  std::string shipped{};  ///< in shipped_data_folder(); empty: not shipped
  bool has_words = true;
  std::size_t official_bytes = 0;  ///< of a data set that is often cut short; 0: not looked at
};

std::vector<std::string> wikitext(const std::string& part) {
  const std::string file = "wikitext-2/wiki." + part + ".tokens";
  return {file, "wikitext-2/wikitext-2-v1.zip!" + file};
}

const std::vector<DataSet>& data_sets() {
  static const std::vector<DataSet> all = {
      {.name = "tinyshakespeare", .files = {{"tinyshakespeare/input.txt"}}, .shipped = "shakespeare.txt"},
      {.name = "wikitext-2", .files = {wikitext("train"), wikitext("valid"), wikitext("test")}},
      {.name = "enwik8",
       .files = {{"enwik8/enwik8", "enwik8/enwik8.zip!enwik8", "enwik8/enwik8.head"}},
       .has_words = false,
       .official_bytes = 100000000},
      {.name = "emnlp-news", .files = {{"emnlp2017-wmt-news/test_emnlp.txt"}}},
  };
  return all;
}

const DataSet& data_set_named(std::string_view dataset) {
  for (const DataSet& data : data_sets()) {
    if (data.name == dataset) return data;
  }
  throw UserError(unknown_word("data set", dataset, corpus_names()));
}

/// The contents of the files in a folder; absent when one of them is nowhere.
std::optional<std::vector<std::string>> read_all(const DataSet& data, const std::string& folder) {
  std::vector<std::string> contents;
  for (const std::vector<std::string>& places : data.files) {
    std::optional<std::string> content;
    for (const std::string& place : places) {
      content = read_data_file(folder + "/" + place);
      if (!content) continue;
      if (content->empty()) throw UserError(fmt::format("data set '{}': {}/{} is empty", data.name, folder, place));
      break;
    }
    if (!content) return std::nullopt;
    contents.push_back(std::move(*content));
  }
  return contents;
}

/// The same from the folder of real data, else from the shipped one.
std::vector<std::string> read_all(const DataSet& data) {
  const std::string folder = data_folder();
  if (!folder.empty()) {
    if (auto contents = read_all(data, folder)) return std::move(*contents);
  }
  if (!data.shipped.empty()) return {read_file(shipped_data_folder() + "/" + data.shipped)};
  std::vector<std::string> wanted;
  for (const std::vector<std::string>& places : data.files) wanted.push_back(places.front());
  throw UserError(fmt::format("data set '{}' is not here: SYNTHBENCH_DATA is {}, which should hold {}", data.name,
                              folder.empty() ? "not set" : folder, join(wanted)));
}

}  // namespace

std::vector<std::string> corpus_names() {
  std::vector<std::string> names;
  for (const DataSet& data : data_sets()) names.push_back(data.name);
  return names;
}

std::array<std::string, 3> divide_in_file_order(std::string_view text) {
  const auto cut = [&](std::size_t place) {
    const std::size_t line_break = text.find('\n', place);
    if (line_break != std::string_view::npos && line_break - place <= text.size() / 100) return line_break + 1;
    while (place < text.size() && (static_cast<unsigned char>(text[place]) & 0xC0) == 0x80) ++place;  // inside a character
    return place;
  };
  const std::size_t train = cut(text.size() * 9 / 10), valid = cut(std::max(train, text.size() * 19 / 20));
  return {std::string(text.substr(0, train)), std::string(text.substr(train, valid - train)), std::string(text.substr(valid))};
}

Corpus load_corpus(std::string_view dataset) {
  const DataSet& data = data_set_named(dataset);
  std::vector<std::string> contents = read_all(data);
  Corpus corpus;
  corpus.has_words = data.has_words;
  if (data.official_bytes != 0 && contents.front().size() != data.official_bytes) {
    corpus.notes.push_back(fmt::format("{} is {} of {} bytes here", data.name, contents.front().size(), data.official_bytes));
  }
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
