// Every tokenizer that a metric uses.
//
// 13a    mteval-v13a.pl, for Western languages     none  blanks alone
// intl   mteval-v14.pl, by Unicode categories      zh    Chinese characters apart, the rest as 13a
// char   characters                                tercom, chrf, rouge, squad: what TER, chrF++, ROUGE and ReCoRD use
//
// Source: sacreBLEU 2.6 (Post 2018), sacrebleu/tokenizers and metrics/chrf.py; rouge-score 0.1.2, tokenize.py; SQuAD 1.1, evaluate.py. Rules are regular expressions
// there, replaced from left to right without overlap; each loop below is one of them, and skips what it has replaced alike.
#include "tasks/metrics/tokenize.h"

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "tasks/metrics/porter.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

// The Western rules look at ASCII alone, and no byte of another character is ASCII: they work on bytes.
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_stop(char c) { return c == '.' || c == ','; }
/// ASCII punctuation but for ' , - and .
bool is_mark(char c) {
  const auto in = [c](char low, char high) { return c >= low && c <= high; };
  return in('{', '~') || in('[', '`') || in(' ', '&') || in('(', '+') || in(':', '@') || c == '/';
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string out;
  for (std::size_t found; (found = text.find(what)) != std::string_view::npos; text.remove_prefix(found + what.size())) {
    out.append(text.substr(0, found)).append(by);
  }
  return out.append(text);
}

/// mteval's four entities, one kind after another, so that "&amp;lt;" becomes "<". (A reader of SGML takes each once, and &apos; too:
/// datasets/read_lines.cpp.)
std::string without_mteval_entities(std::string text) {
  if (text.find('&') == std::string::npos) return text;
  for (const auto& [entity, character] : {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}}) {
    text = replaced(text, entity, character);
  }
  return text;
}

std::string marks_apart(std::string_view text) {
  std::string out;
  for (const char c : text) is_mark(c) ? out.append({' ', c, ' '}) : out.append(1, c);
  return out;
}

/// Writes text to a string; where pair(a, b) holds of two neighbours, as say(a, b) does, and goes on behind both.
template <typename Pair, typename Say>
std::string pairs_replaced(std::string_view text, Pair pair, Say say) {
  std::string out;
  out.reserve(text.size() * 2);
  std::size_t i = 0;
  for (; i + 1 < text.size(); ++i) {
    if (pair(text[i], text[i + 1])) {
      say(out, text[i], text[i + 1]);
      ++i;
    } else {
      out += text[i];
    }
  }
  if (i < text.size()) out += text[i];
  return out;
}

/// A stop is apart unless a digit is before and behind it, a dash is apart from a digit before it.
std::string stops_apart(std::string_view text) {
  const auto apart_behind = [](std::string& out, char a, char b) { out.append({a, ' ', b, ' '}); };
  const auto apart_before = [](std::string& out, char a, char b) { out.append({' ', a, ' ', b}); };
  std::string out = pairs_replaced(
      text, [](char a, char b) { return !is_digit(a) && is_stop(b); }, apart_behind);
  out = pairs_replaced(
      out, [](char a, char b) { return is_stop(a) && !is_digit(b); }, apart_before);
  return pairs_replaced(
      out, [](char a, char b) { return is_digit(a) && b == '-'; }, apart_behind);
}

std::string western(std::string_view text) { return stops_apart(marks_apart(text)); }

std::string tokenized_13a(std::string_view text) {
  std::string line(text);
  if (line.find("<skipped>") != std::string::npos) line = replaced(line, "<skipped>", "");
  if (line.find('\n') != std::string::npos) line = replaced(replaced(line, "-\n", ""), "\n", " ");
  return western(" " + without_mteval_entities(std::move(line)) + " ");
}

std::string tokenized_none(std::string_view text) { return std::string(text); }

std::string tokenized_char(std::string_view text) {
  std::u32string out;
  for (const char32_t c : code_points(text)) out.append({c, U' '});
  return utf8_of(out);
}

std::string tokenized_intl(std::string_view text) {
  const std::u32string line = code_points(text);
  std::u32string apart, out;
  for (std::size_t i = 0; i < line.size(); ++i) {  // (\P{N})(\p{P}) -> \1 \2_
    apart += line[i];
    if (i + 1 < line.size() && !is_number(line[i]) && is_punctuation(line[i + 1])) apart.append({U' ', line[++i], U' '});
  }
  for (std::size_t i = 0; i < apart.size(); ++i) {  // (\p{P})(\P{N}) -> _\1 \2
    if (i + 1 < apart.size() && is_punctuation(apart[i]) && !is_number(apart[i + 1])) {
      out.append({U' ', apart[i], U' ', apart[i + 1]});
      ++i;
    } else {
      out += apart[i];
    }
  }
  apart.clear();
  for (const char32_t c : out) is_symbol(c) ? apart.append({U' ', c, U' '}) : apart.append(1, c);  // (\p{S}) -> _\1_
  return utf8_of(apart);
}

using Range = std::pair<char32_t, char32_t>;
template <std::size_t n>
bool in_any(char32_t c, const Range (&ranges)[n]) {
  return std::ranges::any_of(ranges, [c](const Range& range) { return c >= range.first && c <= range.second; });
}

/// sacreBLEU means two ranges beyond U+FFFF, but writes '\u20000' and '\u2f800', which are two characters each: compared as
/// texts, they hold U+2001 to U+2A6D and U+2F81 to U+2FA1. Equal to what people publish is what is asked for here.
bool is_chinese(char32_t c) {
  static constexpr Range kRanges[] = {{0x3400, 0x4db5}, {0x4e00, 0x9fa5}, {0x9fa6, 0x9fbb}, {0xf900, 0xfa2d}, {0xfa30, 0xfa6a},
                                      {0xfa70, 0xfad9}, {0x2001, 0x2a6d}, {0x2f81, 0x2fa1}, {0xff00, 0xffef}, {0x2e80, 0x2eff},
                                      {0x3000, 0x303f}, {0x31c0, 0x31ef}, {0x2f00, 0x2fdf}, {0x2ff0, 0x2fff}, {0x3100, 0x312f},
                                      {0x31a0, 0x31bf}, {0xfe10, 0xfe1f}, {0xfe30, 0xfe4f}, {0x2600, 0x26ff}, {0x2700, 0x27bf},
                                      {0x3200, 0x32ff}, {0x3300, 0x33ff}};
  return in_any(c, kRanges);
}

template <typename Test>
std::string characters_apart(std::string_view text, Test test) {
  std::u32string out;
  for (const char32_t c : code_points(text)) test(c) ? out.append({U' ', c, U' '}) : out.append(1, c);
  return utf8_of(out);
}

std::string tokenized_zh(std::string_view text) { return western(characters_apart(strip(text), is_chinese)); }

struct NamedTokenizer {
  const char* name;
  SpacedOut tokenize;
};
constexpr NamedTokenizer kTokenizers[] = {
    {"13a", tokenized_13a}, {"char", tokenized_char}, {"intl", tokenized_intl}, {"none", tokenized_none}, {"zh", tokenized_zh}};

// Tercom. sacreBLEU's three rules for Hiragana and Katakana can match nothing in a text that starts with a blank, as here.
bool is_asian_mark(char32_t c) {
  static constexpr Range kRanges[] = {{0x3001, 0x3002}, {0x3008, 0x3011}, {0x3014, 0x301f}, {0xff61, 0xff65},
                                      {0x30fb, 0x30fb}, {0xff0e, 0xff0e}, {0xff0c, 0xff0c}, {0xff1f, 0xff1f},
                                      {0xff1a, 0xff1b}, {0xff01, 0xff02}, {0xff08, 0xff09}};
  return in_any(c, kRanges);
}

bool is_asian_alone(char32_t c) {
  static constexpr Range kRanges[] = {{0x4e00, 0x9fff}, {0x3400, 0x4dbf}, {0x31c0, 0x31ef}, {0x2e80, 0x2eff},
                                      {0x3300, 0x33ff}, {0xf900, 0xfaff}, {0xfe30, 0xfe4f}, {0x3200, 0x3f22}};
  return in_any(c, kRanges) || is_asian_mark(c);
}

std::string western_tercom(std::string_view text) {
  std::string line = without_mteval_entities(replaced(replaced(text, "\n-", ""), "\n", " "));
  line = marks_apart(" " + line + " ");
  return stops_apart(replaced(line, "'s ", " 's "));
}

template <typename Test>
std::string without(std::string_view text, Test test) {
  std::u32string characters = code_points(text);
  std::erase_if(characters, test);
  return utf8_of(characters);
}

/// A word ends where a character is neither letter nor number, so that articles go from "a—b" too.
std::string without_articles(std::string_view text) {
  const std::u32string characters = code_points(text);
  std::u32string out;
  for (auto start = characters.begin(); start != characters.end();) {
    const auto end = std::find_if_not(start, characters.end(), is_letter_or_number);
    const std::u32string word(start, end);
    out += word == U"a" || word == U"an" || word == U"the" ? U" " : word;
    start = end;
    if (start != characters.end()) out += *start++;
  }
  return utf8_of(out);
}

std::string with_single_blanks(std::string_view text) {
  std::string out;
  for (const std::string_view word : split_at_blanks(text)) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

}  // namespace

const std::vector<std::string>& bleu_tokenizers() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const NamedTokenizer& tokenizer : kTokenizers) all.emplace_back(tokenizer.name);
    return all;
  }();
  return names;
}

SpacedOut bleu_tokenizer(const std::string& name) {
  const auto found = std::ranges::find(kTokenizers, name, &NamedTokenizer::name);
  if (found == std::end(kTokenizers)) throw UserError("--tokenize: " + unknown_word("tokenizer", name, bleu_tokenizers()));
  return found->tokenize;
}

std::string tercom_tokenized(std::string_view text, const TercomOptions& options) {
  std::string line = options.case_sensitive ? std::string(text) : lower_case(text);
  if (options.normalized) {
    line = western_tercom(line);
    if (options.asian_support) line = characters_apart(line, is_asian_alone);
  }
  if (options.no_punctuation) {
    std::erase_if(line, [](char c) { return std::string_view(".,?:;!\"()").find(c) != std::string_view::npos; });
    if (options.asian_support) line = without(line, is_asian_mark);
  }
  return with_single_blanks(line);
}

std::vector<std::string_view> chrf_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split_at_blanks(text)) {
    const bool single = code_points(word).size() == 1;
    if (!single && is_ascii_punctuation(word.back())) {
      words.insert(words.end(), {word.substr(0, word.size() - 1), word.substr(word.size() - 1)});
    } else if (!single && is_ascii_punctuation(word.front())) {
      words.insert(words.end(), {word.substr(0, 1), word.substr(1)});
    } else {
      words.push_back(word);
    }
  }
  return words;
}

std::vector<std::string> squad_words(std::string_view text) {
  std::string plain = lower_case(text);
  std::erase_if(plain, is_ascii_punctuation);
  plain = without_articles(plain);
  std::vector<std::string> words;
  for (const std::string_view word : split_at_blanks(plain)) words.emplace_back(word);
  return words;
}

std::vector<std::string> rouge_tokens(std::string_view text, bool stem) {
  const std::string lower = lower_case(text);
  std::vector<std::string> tokens;
  const auto is_token = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); };
  for (auto start = lower.begin(); start != lower.end();) {
    start = std::find_if(start, lower.end(), is_token);
    const auto end = std::find_if_not(start, lower.end(), is_token);
    std::string token(start, end);
    if (stem && token.size() > 3) token = porter_stem(token);
    if (!token.empty()) tokens.push_back(std::move(token));
    start = end;
  }
  return tokens;
}

}  // namespace synthbench
