#include "tasks/text/corpus.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "tasks/datasets/data_set.h"

namespace synthbench {
namespace {

/// The bytes of a split as they lie in its files.
Spool text_of(const SplitHere& here) {
  Spool kept;
  std::vector<std::pair<std::string, std::size_t>> files;  // names, and how much each holds
  DataStream stream(here.streams.front());
  std::string piece(1 << 20, '\0');
  while (stream.next_file()) {
    files.emplace_back(stream.name(), 0);
    while (const std::size_t size = stream.read(piece.data(), piece.size())) {
      kept.append(std::string_view(piece).substr(0, size));
      files.back().second += size;
    }
  }
  kept.close();
  std::string_view rest = kept.text();
  for (const auto& [name, size] : files) {
    require_utf8(rest.substr(0, size), name);
    rest.remove_prefix(size);
  }
  return kept;
}

}  // namespace

std::vector<std::string> corpus_names() { return data_sets_of("lm", "tinyshakespeare"); }

std::array<std::string_view, 3> divide_in_file_order(std::string_view text) {
  const auto cut = [&](std::size_t place) {
    const std::size_t line_break = text.find('\n', place);
    if (line_break != std::string_view::npos && line_break - place <= text.size() / 100) return line_break + 1;
    while (place < text.size() && (static_cast<unsigned char>(text[place]) & 0xC0) == 0x80) ++place;  // inside a character
    return place;
  };
  const std::size_t train = cut(text.size() * 9 / 10), valid = cut(std::max(train, text.size() * 19 / 20));
  return {text.substr(0, train), text.substr(train, valid - train), text.substr(valid)};
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
    const std::string_view text = corpus.kept.emplace_back(text_of(*files)).text();
    if (text.empty()) throw UserError(fmt::format("data set '{}': {} is empty", dataset, files->streams.front().front().path));
    if (const auto whole = static_cast<std::size_t>(data.about().official_bytes); whole != 0 && text.size() != whole) {
      corpus.notes.push_back(fmt::format("{} is {} of {} bytes here", dataset, text.size(), whole));
    }
    if (data.whole() != nullptr) {
      corpus.splits = divide_in_file_order(text);
    } else {
      corpus.splits.at(static_cast<std::size_t>(split)) = text;
    }
  }
  return corpus;
}

std::string corpus_sha(std::string_view dataset) { return data_sha(dataset); }

}  // namespace synthbench
