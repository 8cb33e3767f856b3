#include "results/report_table.h"

#include <fmt/format.h>

#include "results/format_markup.h"

namespace synthbench {
namespace {

bool is_absent(const TableCell& cell) { return cell.value.is_string() && cell.value.get_ref<const std::string&>().starts_with("n/a"); }

/// Measured, counted, or missing for a reason.
bool is_number(const TableCell& cell) { return cell.value.is_number() || cell.value.is_array() || is_absent(cell); }

/// What a column is sorted by, where that is not its text.
std::string sort_value(const TableCell& cell) {
  const OrderedJson& value = cell.value.is_array() && !cell.value.empty() ? cell.value.front() : cell.value;
  return value.is_number() ? fmt::format(" data-v=\"{}\"", value.dump()) : "";
}

/// Cells in front of it say what a row is of: their values are printed as they are, or do not apply there.
std::size_t first_measured(const std::vector<TableCell>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool formatted = !row[i].text.empty() && !row[i].value.is_null();
    if (formatted || row[i].value.is_array() || is_absent(row[i])) return i;
  }
  return row.size();
}

/// "random, seq_len 128"
std::string title_of(const Table& table, const std::vector<TableCell>& row) {
  std::string out;
  for (std::size_t i = 0; i < first_measured(row); ++i) {
    if (row[i].value.is_null()) continue;
    out += (out.empty() ? "" : ", ") + (row[i].value.is_string() ? "" : table.columns[i] + " ") + shown(row[i]);
  }
  return out;
}

}  // namespace

std::string ReportSources::id_of(const std::vector<std::int64_t>& attempts, const std::string& title) {
  const auto [found, is_new] = known_.emplace(attempts, sources_.size());
  if (is_new) sources_.push_back({fmt::format("p{}", sources_.size() + 1), title, attempts});
  return sources_[found->second].id;
}

std::string report_table(const Table& table, ReportSources& sources) {
  const std::vector<bool> numeric = numeric_columns(table);
  // The caption stands outside of what scrolls: it is read without scrolling.
  const std::string caption = escape_html(table.caption);
  std::string out = caption.empty() ? "" : "<p class=\"soft\">" + caption + "</p>\n";
  out += fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table class=\"sortable\" aria-label=\"{0}\">\n",
      caption.empty() ? "table" : caption);
  out += "<thead>\n<tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    out += fmt::format("<th scope=\"col\"{}><button type=\"button\">{}</button></th>", numeric[i] ? " class=\"number\"" : "",
                       escape_html(table.columns[i]));
  }
  out += "</tr>\n</thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    const std::string title = title_of(table, row);
    const std::size_t measured = first_measured(row);
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      std::string text = escape_html(shown(row[i]));
      if (row[i].mark == Mark::best) text = "<strong>" + text + "</strong>";
      if (row[i].mark == Mark::second) text = "<em>" + text + "</em>";
      const bool linked = i >= measured && is_number(row[i]) && !row[i].attempts.empty();
      out += fmt::format("<td{}{}>",
                         numeric[i]                  ? " class=\"number\""
                         : shown(row[i]).size() > 40 ? " class=\"reason\""
                                                     : "",
                         sort_value(row[i]));
      out += linked ? fmt::format("<a href=\"#{}\">{}</a>", sources.id_of(row[i].attempts, title), text) : text;
      out += "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n</table>\n</div>\n";
  if (table.notes.empty()) return out;
  out += "<ul class=\"notes\">\n";
  for (const std::string& note : table.notes) out += "<li>" + escape_html(note) + "</li>\n";
  return out + "</ul>\n";
}

}  // namespace synthbench
