#include "tasks/text/corpus.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

/// The bytes of a split as they lie in its files.
std::string text_of(const SplitHere& here) {
  std::string text;
  DataStream stream(here.streams.front());
  while (stream.next_file()) {
    const std::size_t start = text.size();
    stream.read_rest(text);
    require_utf8(std::string_view(text).substr(start), stream.name());
  }
  return text;
}

}  // namespace

std::vector<std::string> corpus_names() { return data_sets_of("lm", "tinyshakespeare"); }

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
  const NamedData data(dataset);
  if (!data.about().running_text) throw UserError(fmt::format("data set '{}' is no running text, as task 'lm' reads it", dataset));
  Corpus corpus;
  corpus.has_words = data.about().has_words;
  corpus.notes = data.notes();
  for (const Split split : {Split::train, Split::valid, Split::test}) {
    const SplitHere* files = data.files(split);
    if (files == nullptr) continue;
    std::string text = text_of(*files);
    if (text.empty()) throw UserError(fmt::format("data set '{}': {} is empty", dataset, files->streams.front().front().path));
    if (const auto whole = static_cast<std::size_t>(data.about().official_bytes); whole != 0 && text.size() != whole) {
      corpus.notes.push_back(fmt::format("{} is {} of {} bytes here", dataset, text.size(), whole));
    }
    if (data.whole() != nullptr) {
      corpus.splits = divide_in_file_order(text);
    } else {
      corpus.splits.at(static_cast<std::size_t>(split)) = std::move(text);
    }
  }
  return corpus;
}

std::string corpus_sha(std::string_view dataset) { return data_sha(dataset); }

}  // namespace synthbench
