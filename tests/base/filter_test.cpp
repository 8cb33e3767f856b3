#include "harness/base/filter.h"

#include <gtest/gtest.h>

#include <map>

#include "harness/base/error.h"

namespace synthbench {
namespace {

const std::vector<std::string> kColumns = {"variant", "backend", "seq_len", "rank", "seed", "value", "reason", "train.lr", "causal"};
using Row = std::map<std::string, Filter::Value>;
const Row kRow = {{"variant", "dense"},    {"backend", "eigen"}, {"seq_len", std::int64_t{16}}, {"seed", std::int64_t{1}}, {"value", 0.5},
                  {"reason", "it's 100%"}, {"train.lr", 1e-3},   {"causal", std::int64_t{1}}};

Truth of(std::string_view text) {
  return evaluate(parse_filter(text, kColumns), [](const Filter& leaf) {
    const auto cell = kRow.find(column_of(leaf));
    return test(leaf, cell == kRow.end() ? std::nullopt : std::optional(cell->second));
  });
}

std::string refusal(std::string_view text) {
  try {
    parse_filter(text, kColumns);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted: " + std::string(text);
}

TEST(FilterLanguage, ComparesNumbersAndTexts) {
  for (const char* yes : {"seq_len = 16", "seq_len>=16", "seq_len <= 16", "seq_len < 16.5", "seq_len != 17", "value = 0.5", "value > .4",
                          "value < 1e3", "variant = 'dense'", "variant != 'Dense'", "variant > 'd'", "train.lr = 0.001", "causal = TRUE",
                          "seq_len = '16'", "reason = 'it''s 100%'", "seed > -1"}) {
    EXPECT_EQ(of(yes), Truth::yes) << yes;
  }
  for (const char* no :
       {"seq_len = 17", "seq_len < 16", "variant = 'DENSE'", "variant = ''", "causal = false", "value >= 0.6", "seq_len = 'x'"}) {
    EXPECT_EQ(of(no), Truth::no) << no;
  }
}

TEST(FilterLanguage, NotBindsTighterThanAndAndAndTighterThanOr) {
  EXPECT_EQ(of("variant = 'dense' OR variant = 'x' AND seq_len = 99"), Truth::yes);
  EXPECT_EQ(of("(variant = 'dense' OR variant = 'x') AND seq_len = 99"), Truth::no);
  EXPECT_EQ(of("NOT variant = 'dense' AND seq_len = 99"), Truth::no);
  EXPECT_EQ(of("NOT (variant = 'dense' AND seq_len = 99)"), Truth::yes);
  EXPECT_EQ(of("not not seq_len = 16 and seed in (1,2) or variant = 'x'"), Truth::yes);
}

TEST(FilterLanguage, KnowsListsAndPatterns) {
  EXPECT_EQ(of("variant IN ('x', 'dense')"), Truth::yes);
  EXPECT_EQ(of("seq_len NOT IN (16)"), Truth::no);
  for (const char* yes : {"d%", "%e", "d_nse", "%", "D%E", "%n%s%", "dense"})
    EXPECT_EQ(of("variant LIKE '" + std::string(yes) + "'"), Truth::yes) << yes;
  for (const char* no : {"", "d", "_", "%x%", "dense_", "ense"}) EXPECT_EQ(of("variant LIKE '" + std::string(no) + "'"), Truth::no) << no;
  EXPECT_EQ(of("variant NOT LIKE '%x%'"), Truth::yes);
  EXPECT_EQ(of("seq_len LIKE '1_'"), Truth::yes);
  EXPECT_EQ(of("reason LIKE 'it''s%'"), Truth::yes);
}

TEST(FilterLanguage, AnAbsentValueIsUnknownAsInSql) {
  EXPECT_EQ(of("rank = 8"), Truth::unknown);
  EXPECT_EQ(of("rank != 8"), Truth::unknown);
  EXPECT_EQ(of("NOT rank = 8"), Truth::unknown);
  EXPECT_EQ(of("rank NOT IN (8)"), Truth::unknown);
  EXPECT_EQ(of("rank = 8 OR seq_len = 16"), Truth::yes);
  EXPECT_EQ(of("rank = 8 AND seq_len = 99"), Truth::no);
}

TEST(FilterLanguage, RefusesWhatDoesNotParseNamingTheColumn) {
  EXPECT_EQ(refusal("seqlen = 3"), "filter, column 1: unknown column 'seqlen' (did you mean 'seq_len'?)");
  EXPECT_EQ(refusal("seq_len ="), "filter, column 10: after 'seq_len =' a number or a text in single quotes is expected, not the end");
  EXPECT_EQ(refusal("seq_len == 3"), "filter, column 9: '==' is not known here (equal is =)");
  for (const char* text : {"",
                           "variant",
                           "variant =",
                           "= 'vanilla'",
                           "variant = 'vanilla",
                           "(seq_len = 16",
                           "seq_len = 16)",
                           "seq_len == == 3",
                           "variant IN ()",
                           "seq_len BETWIXT 1 AND 2",
                           "seq_len = 16 seed = 0",
                           "variant NOT = 'x'",
                           "seq_len = 1.2.3",
                           "seq_len = -",
                           "variant LIKE 3",
                           "NOT",
                           "AND",
                           "variant = \"x\"",
                           "variant <> 'x'",
                           "seq_len = seed",
                           "variant IN ('a' 'b')"}) {
    EXPECT_EQ(refusal(text).rfind("filter, column ", 0), 0u) << refusal(text);
  }
}

TEST(FilterLanguage, IsNotSql) {
  for (const char* text :
       {"variant = 'x'; DROP TABLE cell; --", "1=1; DELETE FROM cell", "variant = 'x' UNION SELECT * FROM cell",
        "variant = 'vanilla' OR (SELECT count(*) FROM sqlite_master) > 0", "variant = 'x' OR load_extension('x')",
        "') OR 1=1; DROP TABLE attempt; --", "variant = 'x' --", "variant = 'x' /* */", "variant = char(65)", "\"; ATTACH 'x.db' AS x; --",
        "variant = 'x' ORDER BY 1", "1 = 1 GROUP BY variant", "seq_len = 16 LIMIT 1", "rowid = 1"}) {
    EXPECT_EQ(refusal(text).rfind("filter, column ", 0), 0u) << refusal(text);
  }
}

TEST(FilterLanguage, HostileDepthIsAnErrorAndNotAnOverflow) {
  const std::string deep = std::string(100000, '(') + "seq_len = 1" + std::string(100000, ')');
  EXPECT_NE(refusal(deep).find("inside each other"), std::string::npos);
  std::string nots;
  for (int i = 0; i < 100000; ++i) nots += "NOT ";
  EXPECT_NE(refusal(nots + "seq_len = 1").find("inside each other"), std::string::npos);
}

TEST(FilterLanguage, LongPatternsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "%a";
  const Filter like{Filter::Like{"variant", false, pattern + "b"}};
  EXPECT_EQ(test(like, std::string(5000, 'a')), Truth::no);
}

TEST(FilterLanguage, EveryLeafCanBeRewritten) {
  Filter filter = parse_filter("NOT variant = 'D' AND (variant IN ('D') OR seq_len = 2)", kColumns);
  int leaves = 0;
  for_each_leaf(filter, [&](Filter& leaf) {
    ++leaves;
    if (auto* compare = std::get_if<Filter::Compare>(&leaf.node); compare && compare->column == "variant") compare->value = "dense";
  });
  EXPECT_EQ(leaves, 3);
  EXPECT_EQ(evaluate(filter, [](const Filter& leaf) { return test(leaf, kRow.at(column_of(leaf))); }), Truth::no);
}

}  // namespace
}  // namespace synthbench
