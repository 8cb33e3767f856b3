#include "results/paper_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <stdexcept>

#include "harness/base/words.h"
#include "results/sqlite.h"
#include "results/table_spec.h"

namespace synthbench {
namespace {

/// The fields of a line of CSV; in quotes stand fields with commas.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

/// "27.30", "67M", "11.1T"; nullopt for what is no number.
std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc()) return std::nullopt;
  const std::string_view rest(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (rest == "M") return value * 1e6;
  if (rest == "T") return value * 1e12;
  return rest.empty() ? std::optional(value) : std::nullopt;
}

struct Note {
  std::vector<std::string> rows, columns;
  std::string text;

  static bool names(const std::vector<std::string>& list, const std::string& word) {
    return list.front() == "*" || std::ranges::find(list, word) != list.end();
  }
  bool is_of(const PaperValue& value) const { return names(rows, value.row) && names(columns, value.column); }
  /// "DyConv, glue: the mean of its row is 70.89"
  std::string told() const {
    std::string place;
    for (const auto* list : {&rows, &columns}) {
      if (list->front() != "*") place += (place.empty() ? "" : ", ") + join(*list, " and ");
    }
    return place.empty() ? text : place + ": " + text;
  }
};

Note note_of(std::string_view line) {
  const std::vector<std::string> parts = split(line, '|');
  if (parts.size() != 3) throw std::logic_error("a note needs ROWS | COLUMNS | TEXT: " + std::string(line));
  const auto list = [](std::string_view words) {
    std::vector<std::string> out;
    for (const std::string& word : split(words, ',')) out.emplace_back(trim(word));
    return out;
  };
  return {list(parts[0]), list(parts[1]), std::string(trim(parts[2]))};
}

/// Where a value of the program comes from; a row of another note is a user's own.
std::string origin_of(const PaperTable& table, const PaperValue& value) {
  return value.note.empty() ? table.source : table.source + ": " + value.note;
}
bool is_of(const std::string& note, const std::string& source) { return note == source || note.starts_with(source + ": "); }

}  // namespace

PaperTable parse_paper(const std::string& name, const std::string& text) {
  constexpr std::string_view kSource = "# source:", kNote = "# note:";
  const std::size_t dash = name.find('-');
  PaperTable out;
  std::vector<Note> notes;
  std::vector<std::string> columns;
  for (const std::string& line : split(text, '\n')) {
    if (line.empty()) continue;
    if (line.starts_with(kSource)) {
      out.source = trim(std::string_view(line).substr(kSource.size()));
    } else if (line.starts_with(kNote)) {
      notes.push_back(note_of(std::string_view(line).substr(kNote.size())));
    } else if (columns.empty()) {
      columns = fields_of(line);
    } else {
      const std::vector<std::string> fields = fields_of(line);
      if (fields.size() != columns.size()) throw std::logic_error(name + ": a line of another length than the first: " + line);
      for (std::size_t i = 1; i < fields.size(); ++i) {
        const auto value = number_of(fields[i]);
        if (value) out.values.push_back({name.substr(0, dash), name.substr(dash + 1), fields[0], columns[i], *value, fields[i]});
      }
    }
  }
  for (PaperValue& value : out.values) {
    for (const Note& note : notes) {
      if (note.is_of(value)) value.note += (value.note.empty() ? "" : "; ") + note.text;
    }
  }
  for (const Note& note : notes) out.notes.push_back(note.told());
  return out;
}

PaperTable published(Store& store, const std::string& paper, const std::string& table) {
  PaperTable out;
  for (const ShippedText& file : shipped_papers()) {
    if (file.name == paper + "-" + table) out = parse_paper(file.name, file.text);
  }
  const auto rows = store.select("SELECT row_label, col_label, value, note FROM paper_value WHERE paper=?1 AND tbl=?2", {paper, table});
  for (const OrderedJson& row : rows) {
    PaperValue value{paper,      table, row["row_label"], row["col_label"], row["value"], fmt::format("{:g}", row["value"].get<double>()),
                     row["note"]};
    const auto known =
        std::ranges::find_if(out.values, [&](const PaperValue& one) { return one.row == value.row && one.column == value.column; });
    if (known == out.values.end()) {
      out.values.push_back(std::move(value));
    } else if (known->value != value.value && !is_of(value.note, out.source)) {
      *known = std::move(value);
    }
  }
  return out;
}

bool is_shipped(const std::string& paper, const std::string& table, const std::string& note) {
  static const std::map<std::string, std::string> sources = [] {
    std::map<std::string, std::string> out;
    for (const ShippedText& file : shipped_papers()) out[file.name] = parse_paper(file.name, file.text).source;
    return out;
  }();
  const auto found = sources.find(paper + "-" + table);
  return found != sources.end() && is_of(note, found->second);
}

void ship_paper_values(const Connection& database) {
  std::map<std::vector<std::string>, std::pair<double, std::string>> here;
  Statement read = database.prepare("SELECT paper, tbl, row_label, col_label, value, note FROM paper_value");
  while (read.step()) here[{read.text(0), read.text(1), read.text(2), read.text(3)}] = {read.number(4), read.text(5)};
  std::vector<std::pair<PaperValue, std::string>> anew;  // with where it comes from
  for (const ShippedText& file : shipped_papers()) {
    const PaperTable table = parse_paper(file.name, file.text);
    for (const PaperValue& one : table.values) {
      const std::string origin = origin_of(table, one);
      const auto known = here.find({one.paper, one.table, one.row, one.column});
      const bool corrected =
          known != here.end() && is_of(known->second.second, table.source) && known->second != std::pair(one.value, origin);
      if (known == here.end() || corrected) anew.emplace_back(one, origin);
    }
  }
  if (anew.empty()) return;
  Transaction transaction(database);
  Statement insert = database.prepare("INSERT OR REPLACE INTO paper_value VALUES(?, ?, ?, ?, ?, ?, ?)");
  for (const auto& [one, origin] : anew) insert.run(one.paper, one.table, one.row, one.column, one.column, one.value, origin);
  transaction.commit();
}

}  // namespace synthbench
