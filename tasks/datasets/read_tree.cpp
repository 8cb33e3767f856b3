// Data sets whose examples are files of their own.
#include <fmt/format.h>

#include <set>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "tasks/datasets/readers.h"

namespace synthbench {
namespace {

/// A file of a tree: its text, and what its name says.
struct Leaf {
  std::string path, text;
  std::string stem() const {
    const std::string file = path.substr(path.find_last_of("/!") + 1);
    return file.substr(0, file.find('.'));
  }
  std::string folder() const {
    const std::size_t end = path.find_last_of("/!");
    if (end == std::string::npos || end == 0) return "";
    return path.substr(path.find_last_of("/!", end - 1) + 1, end - path.find_last_of("/!", end - 1) - 1);
  }
};

bool next_leaf(DataStream& stream, Leaf& leaf) {
  if (!stream.next_file()) return false;
  leaf.path = stream.name();
  leaf.text = read_text(stream);
  return true;
}

/// The leaves of the first stream whose stem is wanted, made examples.
Examples chosen(const Stream& stream, std::set<std::string> wanted,
                std::vector<std::pair<std::string, std::string>> (*fields)(const Leaf&)) {
  return [stream, wanted = std::move(wanted), fields](Record& record) {
    Leaf leaf;
    while (next_leaf(*stream, leaf)) {
      if (!wanted.contains(leaf.stem())) continue;
      record.where = leaf.path;
      record.fields = fields(leaf);
      return true;
    }
    return false;
  };
}

/// Text up to the first "@highlight", and the paragraphs behind each of them.
std::vector<std::pair<std::string, std::string>> story(const Leaf& leaf) {
  constexpr std::string_view mark = "@highlight";
  std::string_view rest = leaf.text;
  std::string article, highlights;
  for (bool first = true; !rest.empty() || first; first = false) {
    const std::size_t end = std::min(rest.find(mark), rest.size());
    const std::string_view part = trim(rest.substr(0, end));
    if (first) {
      article = part;
    } else if (!part.empty()) {
      highlights += (highlights.empty() ? "" : "\n") + std::string(part);
    }
    rest.remove_prefix(std::min(end + mark.size(), rest.size()));
  }
  return {{"article", article}, {"highlights", highlights}, {"id", leaf.stem()}};
}

std::string xsum_section(const Leaf& leaf, std::string_view name) {
  const std::string mark = fmt::format("[SN]{}[SN]", name);
  const std::size_t start = leaf.text.find(mark);
  if (start == std::string::npos) throw UserError(fmt::format("{}: no section {}", leaf.path, mark));
  const std::string_view rest = std::string_view(leaf.text).substr(start + mark.size());
  return std::string(trim(rest.substr(0, rest.find("[SN]"))));
}

std::vector<std::pair<std::string, std::string>> xsum_document(const Leaf& leaf) {
  return {{"document", xsum_section(leaf, "RESTBODY")}, {"summary", xsum_section(leaf, "FIRST-SENTENCE")}, {"id", leaf.stem()}};
}

std::set<std::string> listed_addresses(const Stream& stream) {
  StreamLines reader(stream);
  std::set<std::string> ids;
  for (std::string_view line; reader.next(line);) ids.insert(sha1(line));
  return ids;
}

std::set<std::string> listed_ids(DataStream& stream, const std::string& split) {
  Leaf index;
  if (!next_leaf(stream, index)) return {};
  const Json lists = Json::parse(index.text, nullptr, false);
  if (!lists.is_object() || !lists.contains(split) || !lists[split].is_array()) {
    throw UserError(fmt::format("{}: no list '{}' of ids", index.path, split));
  }
  std::set<std::string> ids;
  for (const Json& id : lists[split]) {
    if (id.is_structured() || id.is_null()) throw UserError(fmt::format("{}: list '{}' holds what is no id", index.path, split));
    ids.insert(text_of_json(id));
  }
  return ids;
}

}  // namespace

Reader tree() {
  return {.form = "tree",
          .open = [](const std::vector<Stream>& streams) -> Examples {
            return [stream = streams.front()](Record& record) {
              Leaf leaf;
              if (!next_leaf(*stream, leaf)) return false;
              record.where = leaf.path;
              record.fields = {{"text", std::move(leaf.text)}, {"label", leaf.folder()}, {"id", leaf.stem()}};
              return true;
            };
          },
          .by_name = true};
}

Reader documents() {
  return {.form = "documents",
          .open = [](const std::vector<Stream>& streams) -> Examples {
            return [stream = streams.front()](Record& record) {
              Leaf leaf;
              if (!next_leaf(*stream, leaf)) return false;
              record.where = leaf.path;
              record.fields = {{"text", std::move(leaf.text)}, {"id", leaf.stem()}};
              return true;
            };
          },
          .by_name = true};
}

Reader cnn_stories() {
  return {.form = "stories",
          .open = [](const std::vector<Stream>& streams) { return chosen(streams.at(0), listed_addresses(streams.at(1)), story); },
          .by_name = true};
}

Reader xsum_documents(std::string split) {
  return {
      .form = "documents",
      .open = [split = std::move(split)](
                  const std::vector<Stream>& streams) { return chosen(streams.at(0), listed_ids(*streams.at(1), split), xsum_document); },
      .by_name = true};
}

}  // namespace synthbench
