// Package descriptions of Debian and their translations (Debian Description Translation Project).
//
//   Package: 0ad
//   Description-md5: d943033bedada21853d2ae54a2578a7b     of the original text, by which the languages are joined
//   Description-de: Echtzeit-Strategiespiel ...           the short text
//    0 A.D. ist ein freies, ...                           a paragraph, its lines joined
//    .                                                    between paragraphs
//     two blanks: a verbatim line (of a list), a text of its own
#include <fmt/format.h>

#include <map>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "tasks/datasets/readers.h"

namespace synthbench {
namespace {

struct Stanza {
  std::string md5, where;
  std::vector<std::string> texts;  ///< the short one, then paragraphs of running text and lines of lists
};

class Stanzas {
 public:
  Stanzas(Stream stream, std::string language) : reader_(std::move(stream)), field_("Description-" + language + ":") {}

  bool next(Stanza& stanza) {
    stanza = {};
    bool any = false, described = false, open = false;
    for (std::string_view line; reader_.next(line);) {
      if (line.empty()) {
        if (any) break;
        continue;
      }
      if (!any) stanza.where = reader_.where();
      any = true;
      if (line.front() == ' ') {
        if (!described) throw UserError(reader_.where() + ": a line that continues no description");
        continue_text(line.substr(1), stanza, open);
        continue;
      }
      described = line.starts_with(field_);
      if (described) stanza.texts.push_back(std::string(behind_colon(line)));
      if (line.starts_with("Description-md5:")) stanza.md5 = behind_colon(line);
      if (line.find(':') == std::string_view::npos) throw UserError(reader_.where() + ": not a field, which is NAME: TEXT");
    }
    if (any && (stanza.md5.empty() || stanza.texts.empty())) {
      throw UserError(fmt::format("{}: a stanza without {}", stanza.where, stanza.md5.empty() ? "Description-md5:" : field_));
    }
    return any;
  }

 private:
  static std::string_view behind_colon(std::string_view line) { return trim(line.substr(line.find(':') + 1)); }

  /// A verbatim line ends the paragraph above it.
  static void continue_text(std::string_view line, Stanza& stanza, bool& open) {
    const bool verbatim = line.starts_with(' ');
    line = trim(line);
    if (line == "." || line.empty()) {
      open = false;
      return;
    }
    if (!open || verbatim) stanza.texts.emplace_back();
    std::string& text = stanza.texts.back();
    text.append(text.empty() ? "" : " ").append(line);
    open = !verbatim;
  }

  StreamLines reader_;
  std::string field_;
};

class Joined {
 public:
  Joined(const Stream& original, const Stream& translation, const std::string& language)
      : original_(std::make_shared<Stanzas>(original, "en")) {
    Stanzas stanzas(translation, language);
    for (Stanza stanza; stanzas.next(stanza);) translations_.emplace(std::move(stanza.md5), std::move(stanza.texts));
  }

  /// The short texts always; paragraphs and lines of lists where both languages have equally many. What nobody translated (a name, a
  /// command) is no pair.
  bool operator()(Record& record) {
    do {
      while (pair_ == pairs_) {
        if (!next_pairs()) return false;
      }
      record.where = stanza_.where;
      record.fields = {{"source", stanza_.texts[pair_]}, {"target", translated_[pair_]}};
      ++pair_;
    } while (stanza_.texts[pair_ - 1].empty() || translated_[pair_ - 1].empty() || stanza_.texts[pair_ - 1] == translated_[pair_ - 1]);
    return true;
  }

 private:
  bool next_pairs() {
    if (!original_->next(stanza_)) return false;
    pair_ = pairs_ = 0;
    const auto found = translations_.find(stanza_.md5);
    if (found == translations_.end()) return true;
    translated_ = std::move(found->second);
    translations_.erase(found);  // packages that share a description would give it twice
    pairs_ = stanza_.texts.size() == translated_.size() ? translated_.size() : 1;
    return true;
  }

  std::shared_ptr<Stanzas> original_;
  std::map<std::string, std::vector<std::string>> translations_;
  Stanza stanza_;
  std::vector<std::string> translated_;
  std::size_t pair_ = 0, pairs_ = 0;
};

}  // namespace

Reader ddtp(std::string language) {
  return {"stanzas", [language = std::move(language)](const std::vector<Stream>& streams) -> Examples {
            return Joined(streams.at(0), streams.at(1), language);
          }};
}

}  // namespace synthbench
