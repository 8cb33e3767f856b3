// Tables for people: Markdown (aligned, also the terminal's format), LaTeX, HTML, AsciiDoc, Org.
#include "results/format_markup.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "results/latex_text.h"

namespace synthbench {
namespace {

using Replacements = std::vector<std::pair<char, std::string>>;
const Replacements kForMarkdown = {{'|', "\\|"}, {'\n', "<br>"}};
const Replacements kForOrg = {{'|', "\\vert{}"}};
const Replacements kForAsciidoc = {{'|', "\\|"}, {'\n', " +\n"}};
const Replacements kForHtml = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}, {'\n', "<br>"}};

/// Replaces letters by what stands for them; letters that are not listed stay.
std::string escaped(std::string_view text, const Replacements& replacements) {
  std::string out;
  for (const char c : text) {
    const auto found = std::ranges::find(replacements, c, &Replacements::value_type::first);
    if (found != replacements.end()) {
      out += found->second;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += ' ';  // no line break, no control code of a terminal
    } else {
      out += c;
    }
  }
  return out;
}

std::string for_markdown(std::string_view text) { return escaped(text, kForMarkdown); }
std::string for_org(std::string_view text) { return escaped(text, kForOrg); }
std::string for_asciidoc(std::string_view text) { return escaped(text, kForAsciidoc); }
std::string for_html(std::string_view text) { return escaped(text, kForHtml); }
using Escape = std::string (*)(std::string_view);
using Texts = std::vector<std::string>;

/// What stands around the best and the second best.
struct Emphasis {
  const char *best, *after_best, *second, *after_second;
};

Texts texts_of(const std::vector<TableCell>& row, Escape escape, const Emphasis& emphasis) {
  Texts out;
  out.reserve(row.size());
  for (const TableCell& cell : row) {
    std::string text = escape(shown(cell));
    if (cell.mark == Mark::best) text = emphasis.best + text + emphasis.after_best;
    if (cell.mark == Mark::second) text = emphasis.second + text + emphasis.after_second;
    out.push_back(std::move(text));
  }
  return out;
}

Texts texts_of(const std::vector<std::string>& columns, Escape escape) {
  Texts out;
  for (const std::string& column : columns) out.push_back(escape(column));
  return out;
}

/// Columns of numbers stand to the right; "n/a (oom)" among them does not change that.
bool is_numeric(const Table& table, std::size_t column) {
  bool any = false;
  for (const auto& row : table.rows) {
    const OrderedJson& value = row[column].value;
    const bool absent = value.is_null() || (value.is_string() && value.get_ref<const std::string&>().starts_with("n/a"));
    if (!absent && !value.is_number() && !value.is_array()) return false;
    any = any || !absent;
  }
  return any;
}

void append_padded(std::string& out, const std::string& text, std::size_t width, bool right) {
  const std::size_t blanks = width - std::min(width, display_width(text));
  if (right) out.append(blanks, ' ');
  out += text;
  if (!right) out.append(blanks, ' ');
}

/// | a | b | lines of equal width; `rule` is the line below the header.
std::string piped(const Table& table, Escape escape, const Emphasis& emphasis, const std::function<std::string(std::size_t, bool)>& rule,
                  const std::string& crossing) {
  const std::vector<bool> right = numeric_columns(table);
  std::vector<Texts> lines;
  lines.reserve(table.rows.size() + 1);
  lines.push_back(texts_of(table.columns, escape));
  for (const auto& row : table.rows) lines.push_back(texts_of(row, escape, emphasis));
  std::vector<std::size_t> widths(table.columns.size(), 3);
  for (const Texts& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  }
  std::string out;
  for (std::size_t number = 0; number < lines.size(); ++number) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      out += "| ";
      append_padded(out, lines[number][i], widths[i], right[i]);
      out += ' ';
    }
    out += "|\n";
    if (number > 0) continue;
    for (std::size_t i = 0; i < widths.size(); ++i) out += (i == 0 ? "|" : crossing) + rule(widths[i], right[i]);
    out += "|\n";
  }
  return out;
}

std::string joined(const Texts& texts, const std::string& between) {
  std::string out;
  for (std::size_t i = 0; i < texts.size(); ++i) out += (i == 0 ? "" : between) + texts[i];
  return out;
}

/// A line of a tabular. What begins with [ or * would be read as an argument of the \\ or the rule before it.
std::string latex_line(const Texts& texts) {
  const bool read_back = !texts.empty() && (texts[0].starts_with("[") || texts[0].starts_with("*"));
  return (read_back ? "{}" : "") + joined(texts, " & ") + " \\\\\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  return escaped(text, {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}});
}

std::vector<bool> numeric_columns(const Table& table) {
  std::vector<bool> out;
  for (std::size_t column = 0; column < table.columns.size(); ++column) out.push_back(is_numeric(table, column));
  return out;
}

std::string shown(const TableCell& cell) {
  if (!cell.text.empty()) return cell.text;
  if (cell.value.is_null()) return "";
  if (cell.value.is_string()) return cell.value.get<std::string>();
  return cell.value.dump();
}

std::string markdown(const Table& table) {
  std::string out = table.caption.empty() ? "" : for_markdown(table.caption) + "\n\n";
  out += piped(
      table, for_markdown, {"**", "**", "*", "*"},
      [](std::size_t width, bool right) { return " " + std::string(width - 1, '-') + (right ? ": " : "- "); }, "|");
  if (!table.notes.empty()) out += "\n";
  for (const std::string& note : table.notes) out += "- " + for_markdown(note) + "\n";
  return out;
}

std::string org(const Table& table) {
  std::string out = table.caption.empty() ? "" : "#+CAPTION: " + for_org(table.caption) + "\n";
  out += piped(
      table, for_org, {"*", "*", "/", "/"}, [](std::size_t width, bool) { return std::string(width + 2, '-'); }, "+");
  if (!table.notes.empty()) out += "\n";
  for (const std::string& note : table.notes) out += "- " + for_org(note) + "\n";
  return out;
}

std::string latex(const Table& table) {
  const bool floats = !table.caption.empty() || !table.notes.empty();
  std::string out = floats ? "\\begin{table}\n\\centering\n" : "";
  if (!table.caption.empty()) out += "\\caption{" + latex_text(table.caption) + "}\n";
  out += "\\begin{tabular}{";
  for (const bool right : numeric_columns(table)) out += right ? 'r' : 'l';
  out += "}\n\\toprule\n" + latex_line(texts_of(table.columns, latex_text)) + "\\midrule\n";
  for (const auto& row : table.rows) out += latex_line(texts_of(row, latex_text, {"\\textbf{", "}", "\\underline{", "}"}));
  out += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& note : table.notes) out += "\\par{\\footnotesize " + latex_text(note) + "}\n";
  const std::string fonts = needs_latin_fonts(out) ? "% \\usepackage[T1]{fontenc}\n" : "";
  return "% \\usepackage{booktabs}\n" + fonts + out + (floats ? "\\end{table}\n" : "");
}

std::string html(const Table& table) {
  const std::vector<bool> right = numeric_columns(table);
  std::string out = "<table>\n";
  if (!table.caption.empty()) out += "<caption>" + for_html(table.caption) + "</caption>\n";
  out += "<thead>\n<tr><th>" + joined(texts_of(table.columns, for_html), "</th><th>") + "</th></tr>\n</thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    const Texts texts = texts_of(row, for_html, {"<strong>", "</strong>", "<em>", "</em>"});
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += std::string(right[i] ? "<td style=\"text-align: right\">" : "<td>") + texts[i] + "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n</table>\n";
  if (table.notes.empty()) return out;
  out += "<ul>\n";
  for (const std::string& note : table.notes) out += "<li>" + for_html(note) + "</li>\n";
  return out + "</ul>\n";
}

std::string asciidoc(const Table& table) {
  std::string out = table.caption.empty() ? "" : "." + for_asciidoc(table.caption) + "\n";
  std::string cols;
  for (const bool right : numeric_columns(table)) cols += std::string(cols.empty() ? "" : ",") + (right ? ">" : "<");
  out += "[cols=\"" + cols + "\",options=\"header\"]\n|===\n|" + joined(texts_of(table.columns, for_asciidoc), " |") + "\n\n";
  for (const auto& row : table.rows) out += "|" + joined(texts_of(row, for_asciidoc, {"*", "*", "_", "_"}), " |") + "\n";
  out += "|===\n";
  if (!table.notes.empty()) out += "\n";
  for (const std::string& note : table.notes) out += "* " + for_asciidoc(note) + "\n";
  return out;
}

}  // namespace synthbench
