// Source: WordNet 3.0 (Fellbaum 1998), wndb(5) and morphy(7); nltk/corpus/reader/wordnet.py, synsets and _morphy.
#include "tasks/metrics/wordnet.h"

#include <charconv>
#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

using Endings = std::vector<std::pair<std::string_view, std::string_view>>;

struct Kind {
  const char* name;
  Endings endings;  ///< of inflected forms, and what stands there in the base form
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"noun",
       {{"s", ""}, {"ses", "s"}, {"ves", "f"}, {"xes", "x"}, {"zes", "z"}, {"ches", "ch"}, {"shes", "sh"}, {"men", "man"}, {"ies", "y"}}},
      {"verb", {{"s", ""}, {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""}}},
      {"adj", {{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}}},
      {"adv", {}}};
  return all;
}

/// first word -> the rest of its line, of several lines the last, as NLTK has it; lines that begin with a blank are the licence.
std::unordered_map<std::string_view, std::string_view> by_first_word(std::string_view file) {
  std::unordered_map<std::string_view, std::string_view> lines;
  for (std::string_view line; take_line(file, line);) {
    const std::size_t blank = line.find(' ');
    if (blank != std::string_view::npos && blank > 0) lines.insert_or_assign(line.substr(0, blank), line.substr(blank + 1));
  }
  return lines;
}

std::size_t whole_number(std::string_view digits, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size()) throw UserError("WordNet's database is damaged: a number is missing");
  return value;
}

}  // namespace

bool WordNet::is_in(const std::string& folder) { return std::filesystem::exists(folder + "/data.noun"); }

WordNet::WordNet(const std::string& folder) {
  parts_.reserve(kinds().size());
  Sha256 sum;
  for (const Kind& kind : kinds()) {
    parts_.push_back({.index = read_file(folder + "/index." + kind.name),
                      .data = read_file(folder + "/data." + kind.name),
                      .exceptions = read_file(folder + "/" + kind.name + ".exc"),
                      .senses = {},
                      .irregular = {},
                      .endings = kind.endings});
    for (const std::string* file : {&parts_.back().index, &parts_.back().data, &parts_.back().exceptions}) sum.add(*file);
    parts_.back().senses = by_first_word(parts_.back().index);
    parts_.back().irregular = by_first_word(parts_.back().exceptions);
  }
  sha_ = sum.hex();
}

std::vector<std::string> WordNet::base_forms(const PartOfSpeech& part, const std::string& word) {
  std::vector<std::string> forms = {word};
  if (const auto found = part.irregular.find(word); found != part.irregular.end()) {
    for (const std::string_view form : split_at_blanks(found->second)) forms.emplace_back(form);
  } else {
    for (const auto& [ending, base] : part.endings) {
      if (word.ends_with(ending)) forms.push_back(word.substr(0, word.size() - ending.size()) + std::string(base));
    }
  }
  return forms;
}

/// A line of the index: pos, number of senses, number of pointers, pointers, two numbers, then where each sense lies in the data.
/// A line of the data: place, file, type, number of words (hexadecimal), then each word with its id: "auto 0 automobile 0".
void WordNet::add_words(const PartOfSpeech& part, const std::string& lemma, std::set<std::string>& words) const {
  const auto found = part.senses.find(lemma);
  if (found == part.senses.end()) return;
  const std::vector<std::string_view> fields = split_at_blanks(found->second);
  const std::size_t senses = fields.size() < 2 ? 0 : whole_number(fields[1], 10);
  if (senses > fields.size()) throw UserError("WordNet's database is damaged: '" + lemma + "' has fewer senses than it says");
  for (std::size_t k = fields.size() - senses; k < fields.size(); ++k) {
    const std::size_t place = whole_number(fields[k], 10);
    if (place >= part.data.size()) throw UserError("WordNet's database is damaged: a sense of '" + lemma + "' lies beyond its end");
    const std::string_view rest = std::string_view(part.data).substr(place);
    const std::vector<std::string_view> sense = split_at_blanks(rest.substr(0, rest.find('\n')));
    const std::size_t count = sense.size() < 4 ? 0 : whole_number(sense[3], 16);
    for (std::size_t w = 0; w < count && 4 + 2 * w < sense.size(); ++w) {
      const std::string_view word = sense[4 + 2 * w];
      if (word.find('_') == std::string_view::npos) words.emplace(word.substr(0, word.find('(')));  // "ready(p)" is an adjective's place
    }
  }
}

std::set<std::string> WordNet::synonyms(const std::string& word) const {
  std::set<std::string> words;
  for (const PartOfSpeech& part : parts_) {
    for (const std::string& form : base_forms(part, word)) add_words(part, form, words);
  }
  return words;
}

}  // namespace synthbench
