// TOML 1.0 as the grid reader understands it: own cases, rule by rule of the specification, and toml-test's list where that
// suite lies on this machine (SYNTHBENCH_TOML_TEST=FOLDER with files-toml-1.0.0, valid/ and invalid/; tomlkit's source archive
// on PyPI holds it as tests/toml-test/tests).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ablations/toml_settings.h"
#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/json.h"

namespace synthbench {
namespace {

/// Fractions without trailing zeros, UTC as Z, one separator.
std::string normal_time(std::string text) {
  for (char& c : text) c = c == ' ' || c == 't' ? 'T' : c == 'z' ? 'Z' : c;
  if (const std::size_t dot = text.find('.'); dot != std::string::npos) {
    std::size_t end = text.find_first_not_of("0123456789", dot + 1);
    if (end == std::string::npos) end = text.size();
    std::size_t last = end;
    while (text[last - 1] == '0') --last;
    if (last == dot + 1) last = dot;
    text.erase(last, end - last);
  }
  if (text.ends_with("+00:00")) text.replace(text.size() - 6, 6, "Z");
  return text;
}

bool same_leaf(const Json& a, const Json& b) {
  const std::string type = a.value("type", "");
  if (type != b.value("type", "")) return false;
  const std::string x = a.at("value"), y = b.at("value");
  if (type == "float") {
    const double p = std::strtod(x.c_str(), nullptr), q = std::strtod(y.c_str(), nullptr);
    return p == q || (std::isnan(p) && std::isnan(q));
  }
  if (type.starts_with("date") || type.starts_with("time")) return normal_time(x) == normal_time(y);
  return x == y;
}

bool same(const Json& a, const Json& b) {
  if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
  if (!a.is_object() || !b.is_object()) return false;
  if (a.size() == 2 && a.contains("type") && a.contains("value") && a.at("type").is_string()) return same_leaf(a, b);
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.items()) {
    if (!b.contains(key) || !same(value, b.at(key))) return false;
  }
  return true;
}

struct Valid {
  std::string toml, json;
};

TEST(Toml, ReadsEveryRuleOfTheSpecification) {
  const auto value = [](const std::string& type, const std::string& text) { return Json{{"v", {{"type", type}, {"value", text}}}}.dump(); };
  const Valid cases[] = {
      // comments, white space, line ends, byte order mark
      {"", "{}"},
      {"# full line\nv = 1 # end of line\n", value("integer", "1")},
      {"\t v \t=\t 1 \t", value("integer", "1")},
      {"v = 1\r\n", value("integer", "1")},
      {"\xEF\xBB\xBFv = 1", value("integer", "1")},
      {"v = \"#\"", value("string", "#")},
      // keys: bare, quoted, dotted
      {"1234 = 1\nbare-key_2 = 1", R"({"1234":{"type":"integer","value":"1"},"bare-key_2":{"type":"integer","value":"1"}})"},
      {"\"a b\" = 1\n'c\\d' = 1\n\"\" = 1",
       R"({"a b":{"type":"integer","value":"1"},"c\\d":{"type":"integer","value":"1"},"":{"type":"integer","value":"1"}})"},
      {"a.b = 1\na . \"c.d\" = 2", R"({"a":{"b":{"type":"integer","value":"1"},"c.d":{"type":"integer","value":"2"}}})"},
      {"3.14 = 1", R"({"3":{"14":{"type":"integer","value":"1"}}})"},
      // strings
      {R"(v = "b\bt\tn\nf\fr\rq\"s\\u\u00E9U\U0001F600")", value("string", "b\bt\tn\nf\fr\rq\"s\\u\xC3\xA9U\xF0\x9F\x98\x80")},
      {"v = \"\"\"\nfirst\nsecond\"\"\"", value("string", "first\nsecond")},
      {"v = \"\"\"one \\\n\n   two\"\"\"", value("string", "one two")},
      {"v = \"\"\"\"two\"\" quotes\"\"\"\"\"", value("string", "\"two\"\" quotes\"\"")},
      {"v = 'C:\\n'", value("string", "C:\\n")},
      {"v = '''\n'raw' \\n'''", value("string", "'raw' \\n")},
      // integers
      {"v = +99", value("integer", "99")},
      {"v = -17", value("integer", "-17")},
      {"v = -0", value("integer", "0")},
      {"v = 5_349_221", value("integer", "5349221")},
      {"v = 0xDEAD_beef", value("integer", "3735928559")},
      {"v = 0o755", value("integer", "493")},
      {"v = 0b1101", value("integer", "13")},
      {"v = 9223372036854775807", value("integer", "9223372036854775807")},
      {"v = -9223372036854775808", value("integer", "-9223372036854775808")},
      // floats
      {"v = +1.0", value("float", "1.0")},
      {"v = 5e+22", value("float", "5e22")},
      {"v = -2E-2", value("float", "-0.02")},
      {"v = 6.626e-34", value("float", "6.626e-34")},
      {"v = 224_617.445_991", value("float", "224617.445991")},
      {"v = -inf", value("float", "-inf")},
      {"v = nan", value("float", "nan")},
      // booleans, dates and times
      {"v = true", value("bool", "true")},
      {"v = 1979-05-27T07:32:00Z", value("datetime", "1979-05-27T07:32:00Z")},
      {"v = 1979-05-27 00:32:00.999-07:00", value("datetime", "1979-05-27T00:32:00.999-07:00")},
      {"v = 1979-05-27T07:32:00", value("datetime-local", "1979-05-27T07:32:00")},
      {"v = 1979-05-27", value("date-local", "1979-05-27")},
      {"v = 07:32:00.5", value("time-local", "07:32:00.500")},
      {"v = 2000-02-29", value("date-local", "2000-02-29")},
      // arrays
      {"v = [ 1, 'x', [ 2.5 ], ]",
       R"({"v":[{"type":"integer","value":"1"},{"type":"string","value":"x"},[{"type":"float","value":"2.5"}]]})"},
      {"v = [ # comment\n\n 1\n , 2 ]", R"({"v":[{"type":"integer","value":"1"},{"type":"integer","value":"2"}]})"},
      {"v = []", R"({"v":[]})"},
      // tables
      {"[a]\n[a.b]\nv = 1", R"({"a":{"b":{"v":{"type":"integer","value":"1"}}}})"},
      {"[a.b]\n[a]\nv = 1", R"({"a":{"b":{},"v":{"type":"integer","value":"1"}}})"},
      {"[ a . 'b.c' ]", R"({"a":{"b.c":{}}})"},
      {"[a]\nb.c = 1\n[a.d]", R"({"a":{"b":{"c":{"type":"integer","value":"1"}},"d":{}}})"},
      {"v = { x = 1, y.z = 2 }", R"({"v":{"x":{"type":"integer","value":"1"},"y":{"z":{"type":"integer","value":"2"}}}})"},
      {"v = {}", R"({"v":{}})"},
      {"[[a]]\nx = 1\n[[a]]\n[a.b]\ny = 2\n[[a.c]]",
       R"({"a":[{"x":{"type":"integer","value":"1"}},{"b":{"y":{"type":"integer","value":"2"}},"c":[{}]}]})"},
  };
  for (const Valid& one : cases) {
    try {
      const std::string read = tagged_json(one.toml);
      EXPECT_TRUE(same(Json::parse(one.json), Json::parse(read))) << one.toml << "\nis read as " << read << "\nand means " << one.json;
    } catch (const UserError& error) {
      ADD_FAILURE() << one.toml << "\nis refused: " << error.what();
    }
  }
}

TEST(Toml, RefusesWhatTheSpecificationForbids) {
  using namespace std::string_literals;
  const std::string cases[] = {
      // comments, characters, encoding
      "v = 1 # \x01 control character",
      "v = \"\xFF\"",
      "v = 1\rw = 2",
      "\x7F = 1",
      "v = \"a\0b\""s,
      // keys
      "= 1",
      "v",
      "v =",
      "v = 1 w = 2",
      "a b = 1",
      "a..b = 1",
      ".a = 1",
      "a. = 1",
      "\"\"\"a\"\"\" = 1",
      "v = 1\nv = 2",
      "v = 1\nv.w = 2",
      "\"v\" = 1\nv = 2",
      "\xC3\xA9 = 1",
      // strings
      R"(v = "\x")",
      R"(v = "\uD800")",
      R"(v = "\U00110000")",
      R"(v = "\u12")",
      "v = \"open",
      "v = \"new\nline\"",
      "v = 'new\nline'",
      "v = \"\"\"open",
      "v = '''open",
      "v = '''four''''''",
      "v = unquoted",
      "v = \"\"\"a \\ b\"\"\"",
      // numbers
      "v = 01",
      "v = -012",
      "v = 1__0",
      "v = _1",
      "v = 1_",
      "v = +0x1",
      "v = 0xG",
      "v = 0o8",
      "v = 0b2",
      "v = 0X1",
      "v = 9223372036854775808",
      "v = 1.",
      "v = .5",
      "v = 1.e5",
      "v = 1._5",
      "v = 03.14",
      "v = 1e",
      "v = Inf",
      "v = NaN",
      "v = 1.2.3",
      // booleans, dates and times
      "v = True",
      "v = truer",
      "v = 1979-13-01",
      "v = 1979-02-30",
      "v = 1900-02-29",
      "v = 24:00:00",
      "v = 07:60:00",
      "v = 7:32:00",
      "v = 1979-05-27T07:32:00+25:00",
      "v = 1979-5-27",
      "v = 07:32",
      "v = 1979-05-27T",
      // arrays
      "v = [1 2]",
      "v = [1,,2]",
      "v = [,]",
      "v = [1",
      "v = [1]\n[v]",
      // tables
      "[a]\n[a]",
      "[a]\nb = 1\n[a.b]",
      "a.b = 1\n[a]",
      "[]",
      "[a.]",
      "[a",
      "[a] b = 1",
      "[a]]",
      "[[a]",
      "[ [a]]",
      "[[a]]\n[a]",
      "[a]\n[[a]]",
      "a = []\n[[a]]",
      "[a]\nb.c = 1\n[a.b]",
      "[[a.b]]\n[a]\nb.c = 1",
      // inline tables
      "v = { x = 1, }",
      "v = { x = 1 y = 2 }",
      "v = { x = 1,\ny = 2 }",
      "v = { x = 1, x = 2 }",
      "v = { x = 1 }\nv.y = 2",
      "v = { x = 1 }\n[v]",
      "v = { x = 1 }\n[v.y]",
      "v = { x.y = 1, x = 2 }",
      "v = {",
      "v = { , }",
  };
  for (const std::string& one : cases) {
    try {
      ADD_FAILURE() << one << "\nis read as " << tagged_json(one);
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find("not TOML"), std::string::npos) << error.what();
    }
  }
}

TEST(Toml, RefusesNestingThatWouldOverflowTheStack) {
  EXPECT_NO_THROW(tagged_json("v = " + std::string(30, '[') + std::string(30, ']')));
  EXPECT_THROW(tagged_json("v = " + std::string(100'000, '[')), UserError);
  EXPECT_THROW(tagged_json("v = " + std::string(1000, '[') + std::string(1000, ']')), UserError);
}

TEST(Toml, PassesTheListOfTomlTest) {
  const char* folder = std::getenv("SYNTHBENCH_TOML_TEST");
  if (folder == nullptr) GTEST_SKIP() << "SYNTHBENCH_TOML_TEST names no folder with the suite toml-test";
  const std::filesystem::path suite = folder;
  std::ifstream list(suite / "files-toml-1.0.0");
  ASSERT_TRUE(list) << "no files-toml-1.0.0 in " << suite;
  int valid = 0, invalid = 0;
  for (std::string name; std::getline(list, name);) {
    if (!name.ends_with(".toml")) continue;
    SCOPED_TRACE(name);
    const std::string text = read_file(suite / name);
    if (name.starts_with("invalid/")) {
      ++invalid;
      EXPECT_THROW(tagged_json(text), UserError);
      continue;
    }
    ++valid;
    const Json wanted = Json::parse(read_file((suite / name).replace_extension(".json")));
    try {
      const std::string read = tagged_json(text);
      EXPECT_TRUE(same(wanted, Json::parse(read))) << read << "\nand means " << wanted;
    } catch (const UserError& error) {
      ADD_FAILURE() << error.what();
    }
  }
  EXPECT_GT(valid, 150);
  EXPECT_GT(invalid, 300);
  RecordProperty("valid", valid);
  RecordProperty("invalid", invalid);
}

}  // namespace
}  // namespace synthbench
