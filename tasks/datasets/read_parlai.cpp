// ParlAI's text form of dialogues, as ConvAI2 and PersonaChat are published.
#include <fmt/format.h>

#include <charconv>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "tasks/datasets/readers.h"

namespace synthbench {
namespace {

constexpr std::int64_t kLongestDialogue = 1000;  ///< turns; the history of each is an example's text
constexpr std::string_view kOwn = "your persona: ", kOther = "partner's persona: ";

void append_line(std::string& lines, std::string_view line) {
  if (!lines.empty()) lines += '\n';
  lines += line;
}

class Dialogues {
 public:
  explicit Dialogues(Stream stream) : reader_(std::make_shared<StreamLines>(std::move(stream))) {}

  bool operator()(Record& record) {
    std::string_view line;
    while (reader_->next(line)) {
      const std::string_view said = behind_number(line);
      if (said.starts_with(kOwn)) {
        append_line(persona_, said.substr(kOwn.size()));
      } else if (!said.starts_with(kOther)) {
        exchange(said, record);
        return true;
      }
    }
    return false;
  }

 private:
  /// Lines are numbered from 1 in each dialogue.
  std::string_view behind_number(std::string_view line) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    const bool numbered = error == std::errc() && end != line.data() + line.size() && *end == ' ';
    if (!numbered) throw UserError(reader_->where() + ": a line of a dialogue begins with its number and a blank");
    if (number != 1 && number != turn_ + 1) {
      throw UserError(fmt::format("{}: the line has number {}, {} or 1 is next", reader_->where(), number, turn_ + 1));
    }
    if (number > kLongestDialogue) throw UserError(fmt::format("{}: a dialogue of more than {} lines", reader_->where(), kLongestDialogue));
    if (number == 1) persona_.clear(), history_.clear();
    turn_ = number;
    return line.substr(static_cast<std::size_t>(end - line.data()) + 1);
  }

  void exchange(std::string_view said, Record& record) {
    const std::vector<std::string> parts = split(said, '\t');
    if (parts.size() != 2 && parts.size() != 4) {
      throw UserError(fmt::format("{}: {} columns; a partner's words, a tab and the reply are needed, then two tabs and candidates at most",
                                  reader_->where(), parts.size()));
    }
    if (history_.size() > StreamLines::kLongest) throw UserError(reader_->where() + ": a dialogue that is no text");
    record.where = reader_->where();
    record.fields = {{"persona", persona_}, {"history", history_}, {"source", parts[0]}, {"target", parts[1]}};
    if (parts.size() == 4) record.fields.emplace_back("candidates", join(split(parts[3], '|'), "\n"));
    append_line(history_, parts[0]);
    append_line(history_, parts[1]);
  }

  std::shared_ptr<StreamLines> reader_;
  std::string persona_, history_;
  std::int64_t turn_ = 0;
};

}  // namespace

Reader parlai() {
  return {"parlai", [](const std::vector<Stream>& streams) -> Examples { return Dialogues(streams.front()); }};
}

}  // namespace synthbench
