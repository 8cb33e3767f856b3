// Recursive descent over the grammar in filter.h. One token of look-ahead; every error names the column where it stands.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/filter.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

constexpr int kMaxDepth = 100;  // parentheses and NOTs inside each other: hostile text must not overflow the stack

struct Token {
  enum class Kind : std::uint8_t { end, word, number, text, sign };
  Kind kind = Kind::end;
  std::string text;        ///< as written; of a text: what stands between its quotes
  std::size_t column = 0;  ///< from 1
};

[[noreturn]] void fail(std::size_t column, const std::string& what) { throw UserError(fmt::format("filter, column {}: {}", column, what)); }

std::string shown(const Token& token) {
  return token.kind == Token::Kind::end    ? "the end"
         : token.kind == Token::Kind::text ? "text '" + token.text + "'"
                                           : "'" + token.text + "'";
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    const std::size_t begin = at_;
    if (begin == text_.size()) return {Token::Kind::end, "", begin + 1};
    const char c = text_[begin];
    if (c == '\'') return {Token::Kind::text, quoted(), begin + 1};
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') {
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
      return {Token::Kind::word, std::string(text_.substr(begin, at_ - begin)), begin + 1};
    }
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '.') return number();
    for (const std::string_view sign : {"!=", "<=", ">=", "=", "<", ">", "(", ")", ","}) {
      if (text_.substr(begin, sign.size()) != sign) continue;
      at_ += sign.size();
      if (sign == "=" && at_ < text_.size() && text_[at_] == '=') fail(begin + 1, "'==' is not known here (equal is =)");
      return {Token::Kind::sign, std::string(sign), begin + 1};
    }
    if (c == '"') fail(begin + 1, "texts stand in single quotes ('), column names in none");
    fail(begin + 1, fmt::format("'{}' has no meaning here (known: = != < <= > >= ( ) , AND OR NOT IN LIKE)", c));
  }

 private:
  static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-'; }

  std::string quoted() {
    const std::size_t begin = at_++;
    std::string out;
    while (at_ < text_.size()) {
      if (text_[at_] != '\'') {
        out += text_[at_++];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
        out += '\'';
        at_ += 2;
      } else {
        ++at_;
        return out;
      }
    }
    fail(begin + 1, "a text starts here and never ends (a quote inside is written '')");
  }

  Token number() {
    const std::size_t begin = at_;
    double value = 0;
    const char* first = text_.data() + begin;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error != std::errc()) fail(begin + 1, fmt::format("'{}' is not a number", text_.substr(begin, 12)));
    at_ += static_cast<std::size_t>(end - first);
    if (at_ < text_.size() && is_word(text_[at_]))
      fail(begin + 1, fmt::format("'{}' is not a number", text_.substr(begin, at_ + 1 - begin)));
    return {Token::Kind::number, std::string(text_.substr(begin, at_ - begin)), begin + 1};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

class Parser {
 public:
  Parser(std::string_view text, std::span<const std::string> columns) : lexer_(text), columns_(columns) { take(); }

  Filter whole() {
    if (token_.kind == Token::Kind::end) fail(token_.column, "a filter is empty (try variant = 'dense' AND seq_len <= 512)");
    Filter filter = any(0);
    if (token_.kind != Token::Kind::end) fail(token_.column, "AND, OR or the end is expected, not " + shown(token_));
    return filter;
  }

 private:
  Token take() { return std::exchange(token_, lexer_.next()); }

  bool at_word(std::string_view word) const {
    return token_.kind == Token::Kind::word && std::equal(token_.text.begin(), token_.text.end(), word.begin(), word.end(),
                                                          [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
  }
  bool at_sign(std::string_view sign) const { return token_.kind == Token::Kind::sign && token_.text == sign; }

  void expect(std::string_view sign) {
    if (!at_sign(sign)) fail(token_.column, fmt::format("'{}' is expected, not {}", sign, shown(token_)));
    take();
  }

  template <typename List, typename Part>
  Filter list(std::string_view word, Part part) {
    std::vector<Filter> operands{part()};
    while (at_word(word)) {
      take();
      operands.push_back(part());
    }
    return operands.size() == 1 ? std::move(operands.front()) : Filter{List{std::move(operands)}};
  }

  Filter any(int depth) {
    return list<Filter::Or>("OR", [&] { return list<Filter::And>("AND", [&] { return one(depth); }); });
  }

  Filter one(int depth) {
    if (depth > kMaxDepth) fail(token_.column, fmt::format("more than {} parentheses or NOTs inside each other", kMaxDepth));
    if (at_word("NOT")) {
      take();
      return Filter{Filter::Not{std::make_shared<const Filter>(one(depth + 1))}};
    }
    if (at_sign("(")) {
      take();
      Filter filter = any(depth + 1);
      expect(")");
      return filter;
    }
    return test_of_column();
  }

  Filter test_of_column() {
    const std::string column = name();
    const bool negated = at_word("NOT");
    if (negated) take();
    if (at_word("IN")) {
      take();
      return Filter{Filter::In{column, negated, values()}};
    }
    if (at_word("LIKE")) {
      take();
      if (token_.kind != Token::Kind::text) fail(token_.column, "LIKE needs a text in single quotes, not " + shown(token_));
      return Filter{Filter::Like{column, negated, take().text}};
    }
    if (negated) fail(token_.column, "IN or LIKE is expected after NOT, not " + shown(token_));
    const Filter::Op op = comparison(column);
    return Filter{Filter::Compare{column, op, value(fmt::format("after '{} {}' ", column, spelled(op)))}};
  }

  std::string name() {
    if (token_.kind != Token::Kind::word) fail(token_.column, "a column's name is expected, not " + shown(token_));
    if (!columns_.empty() && std::find(columns_.begin(), columns_.end(), token_.text) == columns_.end()) {
      fail(token_.column, unknown_word("column", token_.text, columns_));
    }
    return take().text;
  }

  Filter::Op comparison(const std::string& column) {
    for (const Filter::Op op : {Filter::Op::equal, Filter::Op::not_equal, Filter::Op::less, Filter::Op::less_equal, Filter::Op::greater,
                                Filter::Op::greater_equal}) {
      if (!at_sign(spelled(op))) continue;
      take();
      return op;
    }
    fail(token_.column, fmt::format("after '{}' one of = != < <= > >= IN LIKE is expected, not {}", column, shown(token_)));
  }

  std::vector<Filter::Value> values() {
    expect("(");
    std::vector<Filter::Value> out{value()};
    while (at_sign(",")) {
      take();
      out.push_back(value());
    }
    expect(")");
    return out;
  }

  Filter::Value value(const std::string& where = "") {
    if (token_.kind == Token::Kind::text) return take().text;
    if (at_word("TRUE") || at_word("FALSE")) return std::int64_t{at_word("TRUE") ? (take(), 1) : (take(), 0)};
    if (token_.kind != Token::Kind::number)
      fail(token_.column, where + "a number or a text in single quotes is expected, not " + shown(token_));
    const std::string text = take().text;
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc() && read.ptr == end) return whole;
    double number = 0;
    std::from_chars(text.data(), end, number);
    return number;
  }

  Lexer lexer_;
  std::span<const std::string> columns_;
  Token token_;
};

}  // namespace

Filter parse_filter(std::string_view text, std::span<const std::string> known_columns) { return Parser(text, known_columns).whole(); }

}  // namespace synthbench
