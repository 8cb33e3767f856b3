#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "tasks/datasets/line_reader.h"
#include "tasks/datasets/record.h"

namespace synthbench {

/// A form in which examples are written. Readers hold one example at a time, whatever the length of the files.
struct Reader {
  std::string form;                                                    ///< for people: "lines", "csv"
  std::function<Examples(const std::vector<Stream>& streams)> open{};  ///< streams: one for each place of a layout
  bool by_name = false;                                                ///< examples are files, whose names say what they are
  bool leaves_out = false;                                             ///< some lines may be no examples, and are counted (Tally::left_out)
};

/// A line is an example. Lines of several streams belong together, a field each; unequal numbers of them are refused with the counts.
Reader lines(std::vector<std::string> fields = {"text"});
/// The same of WMT's SGML: what stands in each <seg>, &amp; and the like resolved.
Reader sgml(std::vector<std::string> fields);

/// A column of a table and the field that it becomes.
struct Column {
  std::string field;
  std::string name{};      ///< in the header; empty: by position
  int position = 0;        ///< from 0
  bool hidden_ok = false;  ///< a header without it, or an empty text: the label is kept back
};
/// Tables, a row an example, a field for each column that is named.
struct Columns {
  std::vector<Column> columns;
  bool header = true;
  std::size_t width = 0;            ///< columns of a row; 0: as many as the first row
  std::int64_t most_malformed = 0;  ///< rows of another width that are left out; one more is refused
  /// What to do with a row beyond naming its columns; false: it is no example of this split.
  std::function<bool(const std::vector<std::string>& row)> wanted{};
};
/// Columns separated by tabs, never quoted (GLUE).
Reader tsv(Columns columns);
/// RFC 4180: commas, texts in double quotes may hold commas, line breaks and doubled quotes.
Reader csv(Columns columns);

/// A value of a JSON object and the field that it becomes; numbers and truth values become their JSON text.
struct JsonField {
  std::string field;
  std::string pointer{};     ///< "/passage/text"; empty: "/" and the field
  bool hidden_ok = false;    ///< absent, null or empty: the label is kept back
  std::string no_example{};  ///< an object with this text is left out: "-" where annotators did not agree; empty: none is
};
/// A JSON object a line.
Reader jsonl(std::vector<JsonField> fields);
/// A JSON object a line that holds several examples, given one at a time. Throws nlohmann's exceptions where it has another form.
Reader jsonl_of(std::string form, std::function<Examples(Json object)> examples);
/// Text of a value. Throws std::invalid_argument for objects and lists.
std::string text_of_json(const Json& value);

/// ParlAI's dialogues: "N your persona: ...", "N partner<TAB>reply[<TAB><TAB>candidate|candidate]"; numbers restart with a dialogue.
/// Fields persona and history (lines), source (what the partner says), target (the reply), candidates (lines, where given).
Reader parlai();

/// A file is an example: its text, the folder that it lies in as label, its name up to the dot as id.
Reader tree();
/// The same without a label.
Reader documents();
/// The same of the stories of CNN/DailyMail, of those whose address is listed in the second stream: article, highlights, id.
Reader cnn_stories();
/// The same of XSum's documents, of those whose id is in a list of the JSON file in the second stream: document, summary, id.
Reader xsum_documents(std::string split);

/// Debian's package descriptions: the stanzas of a translation joined with the original by Description-md5; an example is a
/// pair of short texts, paragraphs or lines of lists that differ. Streams: original, translation; the second one is held in memory.
Reader ddtp(std::string language);

}  // namespace synthbench
