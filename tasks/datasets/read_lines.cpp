// Examples of one line each, of one file or of several that belong together.
#include <fmt/format.h>

#include "harness/base/error.h"
#include "tasks/datasets/readers.h"

namespace synthbench {
namespace {

/// Gives the next text of a file: a line, or a segment.
using NextText = std::function<bool(std::string& text)>;

struct Side {
  std::string field;
  std::shared_ptr<StreamLines> reader;
  NextText next;
};

/// Streams end together, or both counts are named.
Examples side_by_side(std::vector<Side> sides, const char* unit) {
  return [sides = std::move(sides), unit, count = std::int64_t{0}](Record& record) mutable {
    record.fields.resize(sides.size());
    std::size_t here = 0;
    const Side* ended = nullptr;
    const Side* going_on = nullptr;
    for (std::size_t k = 0; k < sides.size(); ++k) {
      record.fields[k].first = sides[k].field;
      const bool more = sides[k].next(record.fields[k].second);
      here += more;
      (more ? going_on : ended) = &sides[k];
    }
    if (here == 0) return false;
    if (here < sides.size()) {
      std::int64_t all = count + 1;
      for (std::string rest; going_on->next(rest);) ++all;
      throw UserError(
          fmt::format("{} has {} {}, {} has {}: they belong together", going_on->reader->file(), all, unit, ended->reader->file(), count));
    }
    ++count;
    record.where = sides.front().reader->where();
    return true;
  };
}

NextText next_line(const std::shared_ptr<StreamLines>& reader) {
  return [reader](std::string& text) {
    std::string_view line;
    if (!reader->next(line)) return false;
    text = line;
    return true;
  };
}

std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, char> entities[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
  std::string out;
  while (!text.empty()) {
    const auto* found = std::ranges::find_if(entities, [&](const auto& entity) { return text.starts_with(entity.first); });
    const bool none = found == std::end(entities);
    out += none ? text.front() : found->second;
    text.remove_prefix(none ? 1 : found->first.size());
  }
  return out;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\n"), end = text.find_last_not_of(" \t\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start, end - start + 1);
}

/// What stands between <seg ...> and </seg>, on several lines or beside others on one.
NextText next_segment(const std::shared_ptr<StreamLines>& reader) {
  return [reader, rest = std::string()](std::string& text) mutable {  // rest: of the lines that were read, what is not looked at yet
    constexpr std::string_view kOpen = "<seg", kClose = "</seg>";
    std::string_view line;
    while (rest.find(kOpen) == std::string::npos) {
      if (!reader->next(line)) return false;
      rest = line;
    }
    rest.erase(0, rest.find(kOpen));
    const std::string where = reader->where();
    while (rest.find(kClose) == std::string::npos) {
      if (rest.size() > StreamLines::kLongest || !reader->next(line)) throw UserError(where + ": a <seg> without </seg>");
      rest.append(" ").append(line);
    }
    const std::size_t open = rest.find('>'), close = rest.find(kClose);
    if (open > close) throw UserError(where + ": a <seg> whose tag does not end");
    const std::string_view inside = std::string_view(rest).substr(open + 1, close - open - 1);
    if (inside.find(kOpen) != std::string::npos) throw UserError(where + ": a <seg> without </seg>");
    text = without_entities(without_blanks(inside));
    rest.erase(0, close + kClose.size());
    return true;
  };
}

Examples texts_of(const std::vector<Stream>& streams, const std::vector<std::string>& fields, const char* unit,
                  NextText (*next)(const std::shared_ptr<StreamLines>&)) {
  std::vector<Side> sides;
  for (std::size_t k = 0; k < streams.size(); ++k) {
    const auto reader = std::make_shared<StreamLines>(streams[k]);
    sides.push_back({fields.at(k), reader, next(reader)});
  }
  return side_by_side(std::move(sides), unit);
}

}  // namespace

Reader lines(std::vector<std::string> fields) {
  return {"lines",
          [fields = std::move(fields)](const std::vector<Stream>& streams) { return texts_of(streams, fields, "lines", next_line); }};
}

Reader sgml(std::vector<std::string> fields) {
  return {"SGML",
          [fields = std::move(fields)](const std::vector<Stream>& streams) { return texts_of(streams, fields, "segments", next_segment); }};
}

}  // namespace synthbench
