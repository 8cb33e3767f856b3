// Tables: TSV as GLUE has it, CSV of RFC 4180.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "tasks/datasets/readers.h"

namespace synthbench {
namespace {

using Row = std::vector<std::string>;
/// Fills in a row and the place where it starts; false behind the last one.
using NextRow = bool (*)(StreamLines& reader, Row& row, std::string& where);

bool next_tsv_row(StreamLines& reader, Row& row, std::string& where) {
  std::string_view line;
  if (!reader.next(line)) return false;
  row = split(line, '\t');
  where = reader.where();
  return true;
}

/// One row of CSV, which goes on over lines while a quoted text is open.
bool next_csv_row(StreamLines& reader, Row& row, std::string& where) {
  std::string_view line;
  if (!reader.next(line)) return false;
  where = reader.where();
  row.assign(1, "");
  std::size_t size = 0;
  for (bool quoted = false;;) {
    bool closed = false;  // a quoted text has just ended: a separator must follow
    for (std::size_t at = 0; at < line.size(); ++at) {
      const char c = line[at];
      std::string& text = row.back();
      if (quoted) {
        if (c != '"') {
          text += c;
        } else if (at + 1 < line.size() && line[at + 1] == '"') {
          text += line[++at];
        } else {
          quoted = false, closed = true;
        }
      } else if (c == ',') {
        row.emplace_back();
        closed = false;
      } else if (closed) {
        throw UserError(fmt::format("{}: column {}: '{}' behind a closing quote", reader.where(), row.size(), c));
      } else if (c == '"' && text.empty()) {
        quoted = true;
      } else {
        text += c;
      }
    }
    if (!quoted) return true;
    size += line.size() + 1;
    row.back() += '\n';
    if (size > StreamLines::kLongest || !reader.next(line)) {
      throw UserError(fmt::format("{}: column {}: a quote that is not closed", where, row.size()));
    }
  }
}

/// Where each column stands in a row; -1: it is kept back here.
std::vector<int> positions_of(const Columns& table, const Row& header, const std::string& where) {
  std::vector<int> positions;
  for (const Column& column : table.columns) {
    const auto found = std::ranges::find(header, column.name);
    if (column.name.empty()) {
      positions.push_back(column.position);
    } else if (found != header.end()) {
      positions.push_back(static_cast<int>(found - header.begin()));
    } else if (column.hidden_ok) {
      positions.push_back(-1);
    } else {
      throw UserError(fmt::format("{}: the header has no column '{}', it has {}", where, column.name, join(header)));
    }
  }
  return positions;
}

class TableExamples {
 public:
  TableExamples(Columns table, Stream stream, NextRow next)
      : table_(std::move(table)), reader_(std::make_shared<StreamLines>(std::move(stream))), next_(next) {}

  bool operator()(Record& record) {
    while (next_(*reader_, row_, record.where)) {
      if (positions_.empty() && !start(record.where)) continue;
      if (row_.size() != width_) {
        if (--table_.most_malformed >= 0) {
          reader_->leave_out();
          continue;
        }
        throw UserError(fmt::format("{}: {} columns, {} are needed", record.where, row_.size(), width_));
      }
      if (table_.wanted && !table_.wanted(row_)) continue;
      fill(record);
      return true;
    }
    if (positions_.empty() && table_.header) throw UserError(reader_->file() + ": an empty file, its header is missing");
    return false;
  }

 private:
  /// The first row says where columns are; false: it is a header, no example.
  bool start(const std::string& where) {
    width_ = table_.width != 0 && !table_.header ? table_.width : row_.size();
    positions_ = positions_of(table_, table_.header ? row_ : Row(), where);
    const int last = *std::ranges::max_element(positions_);
    if (last >= static_cast<int>(width_)) throw UserError(fmt::format("{}: {} columns, at least {} are needed", where, width_, last + 1));
    return !table_.header;
  }

  void fill(Record& record) const {
    record.fields.resize(positions_.size());
    for (std::size_t k = 0; k < positions_.size(); ++k) {
      const Column& column = table_.columns[k];
      auto& [field, text] = record.fields[k];
      field = column.field;
      text = positions_[k] < 0 ? std::string(kHiddenLabel) : row_[static_cast<std::size_t>(positions_[k])];
      if (column.hidden_ok && (text.empty() || text == "-")) text = kHiddenLabel;
    }
  }

  Columns table_;
  std::shared_ptr<StreamLines> reader_;
  NextRow next_;
  Row row_;
  std::vector<int> positions_;
  std::size_t width_ = 0;
};

Reader table(std::string form, Columns columns, NextRow next) {
  return {std::move(form), [columns = std::move(columns), next](const std::vector<Stream>& streams) -> Examples {
            return TableExamples(columns, streams.front(), next);
          }};
}

}  // namespace

Reader tsv(Columns columns) { return table("tsv", std::move(columns), next_tsv_row); }
Reader csv(Columns columns) { return table("csv", std::move(columns), next_csv_row); }

}  // namespace synthbench
