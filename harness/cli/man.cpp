#include "harness/cli/man.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "harness/base/files.h"
#include "harness/base/words.h"
#include "harness/cli/help.h"
#include "harness/provenance.h"

namespace synthbench {
namespace {

/// A text that roff prints as it is: '\' and '-' escaped, no line that begins like a request.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string title(const std::string& name, int section, const std::string& date) {
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format(".TH {} {} {} \"synthbench {}\" \"synthbench manual\"\n", upper, section, date, this_build().tool_version);
}

std::string name_section(const std::string& name, const std::string& summary) {
  return fmt::format(".SH NAME\n{} \\- {}\n", plain(name), plain(summary));
}

/// first: directly below a heading, which is a paragraph of its own.
std::string verbatim(const std::vector<std::string>& lines, bool first) {
  std::string text = first ? ".nf\n.RS 4\n" : ".PP\n.nf\n.RS 4\n";
  for (const std::string& line : lines) text += plain(line) + "\n";
  return text + ".RE\n.fi\n";
}

/// A term in bold with its value in italics, and what it means, indented.
std::string entry(const std::vector<std::string>& names, const std::string& value, const std::string& help) {
  std::vector<std::string> bold;
  for (const std::string& name : names) bold.push_back("\\fB" + plain(name) + "\\fR");
  return fmt::format(".TP\n{}{}\n{}\n", join(bold), value.empty() ? "" : " \\fI" + plain(value) + "\\fR", plain(help));
}

std::string page_of(const std::string& command) {
  std::string name = "synthbench-" + command;
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string heading(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return ".SH " + plain(text) + "\n";
}

/// Of today, or of the moment that a reproducible package asks for (SOURCE_DATE_EPOCH).
std::string date_of_pages() {
  const char* asked = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t now = asked != nullptr ? static_cast<std::time_t>(std::strtoll(asked, nullptr, 10)) : std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 16> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts);
  return text.data();
}

}  // namespace

std::string man_page(const CommandFacts& facts, const std::string& date) {
  std::string page = title(page_of(facts.name), 1, date) + name_section(page_of(facts.name), facts.summary);
  page += ".SH SYNOPSIS\n\\fB" + plain(facts.usage()) + "\\fR\n";
  if (!facts.about.empty()) page += ".SH DESCRIPTION\n" + plain(facts.about) + "\n";
  if (!facts.arguments.empty()) page += ".SH ARGUMENTS\n";
  for (const FlagSet::Entry& argument : facts.arguments) page += entry({argument.names}, {}, argument.help);
  for (const CommandFacts::Section& section : facts.sections) {
    page += heading(section.title);
    for (const FlagSet::Entry& flag : section.flags) page += entry(names_of(flag), flag.value, flag.help);
  }
  page += ".SH EXAMPLES\n" + verbatim(facts.examples, true);
  return page + ".SH SEE ALSO\n.BR synthbench (1),\n.BR synthbench\\-exit\\-codes (7),\n.BR synthbench\\-environment (7)\n";
}

std::string man_page_of_all(const std::string& date) {
  std::string page = title("synthbench", 1, date) + name_section("synthbench", "ablates self-attention from the command line");
  page += ".SH SYNOPSIS\n\\fBsynthbench\\fR \\fICOMMAND\\fR [\\fIARGUMENTS\\fR] [\\fIFLAGS\\fR]\n";
  page += ".SH DESCRIPTION\n" + plain(what_it_is()) + "\n";
  for (const std::string& group : command_groups()) {
    page += heading(group);
    for (const CommandFacts& facts : option_tree()) {
      if (facts.group == group) page += fmt::format(".TP\n.BR {} (1)\n{}\n", plain(page_of(facts.name)), plain(facts.summary));
    }
  }
  page += heading("Concepts");
  for (const Topic& topic : topics()) page += fmt::format(".TP\n.BR {} (7)\n{}\n", plain(page_of(topic.name)), plain(topic.summary));
  return page + ".SH EXAMPLES\n" + verbatim(first_steps(), true);
}

std::string man_page(const Topic& topic, const std::string& date) {
  std::string page = title(page_of(topic.name), 7, date) + name_section(page_of(topic.name), topic.summary) + ".SH DESCRIPTION\n";
  bool first = true;
  for (const Paragraph& paragraph : topic.paragraphs()) {
    if (paragraph.verbatim) page += verbatim(paragraph.lines, first);
    if (!paragraph.verbatim) page += (first ? "" : ".PP\n") + plain(join(paragraph.lines, " ")) + "\n";
    first = false;
  }
  return page + ".SH SEE ALSO\n.BR synthbench (1)\n";
}

void write_man_pages(const std::string& folder) {
  const std::filesystem::path root = folder;
  std::filesystem::create_directories(root / "man1");
  std::filesystem::create_directories(root / "man7");
  const std::string date = date_of_pages();
  write_file((root / "man1" / "synthbench.1").string(), man_page_of_all(date));
  for (const CommandFacts& facts : option_tree())
    write_file((root / "man1" / (page_of(facts.name) + ".1")).string(), man_page(facts, date));
  for (const Topic& topic : topics()) write_file((root / "man7" / (page_of(topic.name) + ".7")).string(), man_page(topic, date));
}

}  // namespace synthbench
