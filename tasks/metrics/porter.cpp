// Porter's stemmer: seven steps, each a list of endings; the first ending that fits decides, and its condition says whether it
// is replaced. m of a stem is the number of times a vowel is followed by a consonant: [C](VC){m}[V].
//
// Source: Porter, An algorithm for suffix stripping, Program 14, 1980; extensions: NLTK, nltk/stem/porter.py, NLTK_EXTENSIONS.
#include "tasks/metrics/porter.h"

#include <initializer_list>
#include <map>
#include <vector>

#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

using Word = std::u32string;  // whatever is no vowel of English counts as a consonant
using Text = std::u32string_view;

bool is_vowel(char32_t c) { return c == U'a' || c == U'e' || c == U'i' || c == U'o' || c == U'u'; }

/// Whether each letter is a consonant: y is one at the start and behind a vowel.
std::vector<bool> consonants(Text word) {
  std::vector<bool> flags;
  for (std::size_t i = 0; i < word.size(); ++i) flags.push_back(word[i] == U'y' ? i == 0 || !flags[i - 1] : !is_vowel(word[i]));
  return flags;
}

int measure(Text stem) {
  const std::vector<bool> consonant = consonants(stem);
  int m = 0;
  for (std::size_t i = 1; i < consonant.size(); ++i) m += !consonant[i - 1] && consonant[i];
  return m;
}

bool has_vowel(Text stem) {
  for (const bool consonant : consonants(stem)) {
    if (!consonant) return true;
  }
  return false;
}

bool ends_in_double_consonant(Text word) {
  const std::size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && consonants(word).back();
}

/// *o: consonant, vowel, consonant other than w, x, y; or the whole word is a vowel and a consonant.
bool ends_cvc(Text word) {
  const std::vector<bool> consonant = consonants(word);
  const std::size_t n = word.size();
  if (n == 2) return !consonant[0] && consonant[1];
  return n >= 3 && consonant[n - 3] && !consonant[n - 2] && consonant[n - 1] && word.back() != U'w' && word.back() != U'x' &&
         word.back() != U'y';
}

using Condition = bool (*)(Text stem);
bool always(Text) { return true; }
bool m_above_0(Text stem) { return measure(stem) > 0; }
bool m_above_1(Text stem) { return measure(stem) > 1; }

struct Rule {
  Text ending, replacement;
  Condition condition = m_above_0;
};

Word apply(const Word& word, std::initializer_list<Rule> rules) {
  for (const Rule& rule : rules) {
    if (!word.ends_with(rule.ending)) continue;
    const Word stem = word.substr(0, word.size() - rule.ending.size());
    return rule.condition(stem) ? stem + Word(rule.replacement) : word;
  }
  return word;
}

Word plurals(const Word& word) {  // step 1a
  if (word.size() == 4 && word.ends_with(U"ies")) return word.substr(0, 3);
  return apply(word, {{U"sses", U"ss", always}, {U"ies", U"i", always}, {U"ss", U"ss", always}, {U"s", U"", always}});
}

/// What is left of -ed or -ing gets back an e, or loses a doubled letter.
Word mended(const Word& stem) {
  for (const Text ending : {U"at", U"bl", U"iz"}) {
    if (stem.ends_with(ending)) return stem + U"e";
  }
  const char32_t last = stem.back();
  if (ends_in_double_consonant(stem)) return last == U'l' || last == U's' || last == U'z' ? stem : stem.substr(0, stem.size() - 1);
  return measure(stem) == 1 && ends_cvc(stem) ? stem + U"e" : stem;
}

Word past_and_progressive(const Word& word) {  // step 1b
  const std::size_t n = word.size();
  if (word.ends_with(U"ied")) return word.substr(0, n == 4 ? n - 1 : n - 2);
  if (word.ends_with(U"eed")) return measure(Text(word).substr(0, n - 3)) > 0 ? word.substr(0, n - 1) : word;
  for (const Text ending : {U"ed", U"ing"}) {
    if (!word.ends_with(ending)) continue;
    const Word stem = word.substr(0, n - ending.size());
    if (has_vowel(stem)) return mended(stem);
  }
  return word;
}

bool longer_and_ends_in_consonant(Text stem) { return stem.size() > 1 && consonants(stem).back(); }

Word final_y(const Word& word) { return apply(word, {{U"y", U"i", longer_and_ends_in_consonant}}); }  // step 1c

/// The l of -logi counts as a letter of the stem.
bool m_above_0_with_l(Text stem) { return measure(Word(stem) + U"l") > 0; }

Word double_suffixes(const Word& word) {  // step 2
  if (word.ends_with(U"alli") && m_above_0(Text(word).substr(0, word.size() - 4))) {
    return double_suffixes(word.substr(0, word.size() - 2));
  }
  return apply(word, {{U"ational", U"ate"}, {U"tional", U"tion"},
                      {U"enci", U"ence"},   {U"anci", U"ance"},
                      {U"izer", U"ize"},    {U"bli", U"ble"},
                      {U"alli", U"al"},     {U"entli", U"ent"},
                      {U"eli", U"e"},       {U"ousli", U"ous"},
                      {U"ization", U"ize"}, {U"ation", U"ate"},
                      {U"ator", U"ate"},    {U"alism", U"al"},
                      {U"iveness", U"ive"}, {U"fulness", U"ful"},
                      {U"ousness", U"ous"}, {U"aliti", U"al"},
                      {U"iviti", U"ive"},   {U"biliti", U"ble"},
                      {U"fulli", U"ful"},   {U"logi", U"log", m_above_0_with_l}});
}

Word more_suffixes(const Word& word) {  // step 3
  return apply(word,
               {{U"icate", U"ic"}, {U"ative", U""}, {U"alize", U"al"}, {U"iciti", U"ic"}, {U"ical", U"ic"}, {U"ful", U""}, {U"ness", U""}});
}

bool m_above_1_and_s_or_t(Text stem) { return measure(stem) > 1 && (stem.back() == U's' || stem.back() == U't'); }

Word long_suffixes(const Word& word) {  // step 4
  return apply(word, {{U"al", U"", m_above_1},
                      {U"ance", U"", m_above_1},
                      {U"ence", U"", m_above_1},
                      {U"er", U"", m_above_1},
                      {U"ic", U"", m_above_1},
                      {U"able", U"", m_above_1},
                      {U"ible", U"", m_above_1},
                      {U"ant", U"", m_above_1},
                      {U"ement", U"", m_above_1},
                      {U"ment", U"", m_above_1},
                      {U"ent", U"", m_above_1},
                      {U"ion", U"", m_above_1_and_s_or_t},
                      {U"ou", U"", m_above_1},
                      {U"ism", U"", m_above_1},
                      {U"ate", U"", m_above_1},
                      {U"iti", U"", m_above_1},
                      {U"ous", U"", m_above_1},
                      {U"ive", U"", m_above_1},
                      {U"ize", U"", m_above_1}});
}

Word final_e(const Word& word) {  // step 5a
  if (!word.ends_with(U"e")) return word;
  const Word stem = word.substr(0, word.size() - 1);
  const int m = measure(stem);
  return m > 1 || (m == 1 && !ends_cvc(stem)) ? stem : word;
}

Word final_ll(const Word& word) {  // step 5b
  return word.ends_with(U"ll") && m_above_1(Text(word).substr(0, word.size() - 1)) ? word.substr(0, word.size() - 1) : word;
}

const std::map<Text, Text>& irregular() {
  static const std::map<Text, Text> stems = {
      {U"sky", U"sky"},        {U"skies", U"sky"},       {U"dying", U"die"},        {U"lying", U"lie"},
      {U"tying", U"tie"},      {U"news", U"news"},       {U"innings", U"inning"},   {U"inning", U"inning"},
      {U"outings", U"outing"}, {U"outing", U"outing"},   {U"cannings", U"canning"}, {U"canning", U"canning"},
      {U"howe", U"howe"},      {U"proceed", U"proceed"}, {U"exceed", U"exceed"},    {U"succeed", U"succeed"}};
  return stems;
}

}  // namespace

std::string porter_stem(std::string_view word) {
  Word stem = code_points(word);
  if (const auto found = irregular().find(stem); found != irregular().end()) return utf8_of(found->second);
  if (stem.size() <= 2) return std::string(word);
  for (const auto step : {plurals, past_and_progressive, final_y, double_suffixes, more_suffixes, long_suffixes, final_e, final_ll}) {
    stem = step(stem);
  }
  return utf8_of(stem);
}

}  // namespace synthbench
