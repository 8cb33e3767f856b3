// Examples of one line each, of one file or of several that belong together.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

/// XML's five entities become characters, each once: "&amp;lt;" is the text "&lt;". (What BLEU's tokenizers do is mteval's and differs:
/// metrics/tokenize.cpp.)
std::string with_xml_characters(std::string_view text) {
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

/// What stands between <seg ...> and </seg>, on several lines or beside others on one. No byte is looked at for a second time, so that
/// a long line of short segments costs no more than many lines.
class MarkedSegments {
 public:
  explicit MarkedSegments(std::shared_ptr<StreamLines> reader) : reader_(std::move(reader)) {}

  bool operator()(std::string& text) {
    constexpr std::string_view kOpen = "<seg", kClose = "</seg>";
    while ((at_ = rest_.find(kOpen, at_)) == std::string::npos) {
      std::string_view line;
      if (!reader_->next(line)) return rest_.clear(), at_ = 0, false;
      rest_ = line;
      at_ = 0;
    }
    const std::string where = reader_->where();
    std::size_t close = rest_.find(kClose, at_);
    if (close == std::string::npos) {
      rest_.erase(0, std::exchange(at_, 0));
      close = closed_on_a_later_line(kClose, where);
    }
    const std::size_t open = rest_.find('>', at_);
    if (open > close) throw UserError(where + ": a <seg> whose tag does not end");
    const std::string_view inside = std::string_view(rest_).substr(open + 1, close - open - 1);
    if (inside.find(kOpen) != std::string::npos) throw UserError(where + ": a <seg> without </seg>");
    text = with_xml_characters(without_blanks(inside));
    at_ = close + kClose.size();
    return true;
  }

 private:
  std::size_t closed_on_a_later_line(std::string_view mark, const std::string& where) {
    for (std::string_view line; rest_.size() <= StreamLines::kLongest && reader_->next(line);) {
      const std::size_t before = rest_.size();
      rest_.append(" ").append(line);
      if (const std::size_t close = rest_.find(mark, before); close != std::string::npos) return close;
    }
    throw UserError(where + ": a <seg> without </seg>");
  }

  std::shared_ptr<StreamLines> reader_;
  std::string rest_;    ///< of the lines that were read
  std::size_t at_ = 0;  ///< how far it has been looked at
};

NextText next_segment(const std::shared_ptr<StreamLines>& reader) { return MarkedSegments(reader); }

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
