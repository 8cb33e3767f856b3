// Every format carries the same cells, and awkward texts survive each.
#include "results/format.h"

#include "harness/base/error.h"
#include "results/latex_text.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

Table awkward() {
  Table table;
  table.caption = "100 % of A & B";
  table.columns = {"variant", "median_ms", "kernel"};
  table.rows = {{{.value = "factorized_random"}, {.value = 1.5, .text = "1.50"}, {.value = "a|b"}},
                {{.value = "ü漢"}, {.value = "n/a (crashed)"}, {.value = "<b>&amp;"}},
                {{.value = "two\nlines, \"q\""}, {.value = 12.25, .text = "12.2"}, {.value = nullptr}}};
  table.notes = {"n = 2 seeds", "missing: 1 crashed: x_y"};
  return table;
}

TEST(Format, MarkdownIsAlignedByWhatATerminalShows) {
  EXPECT_EQ(format_table(awkward(), "md"),
            "100 % of A & B\n"
            "\n"
            "| variant           |     median_ms | kernel   |\n"
            "| ----------------- | ------------: | -------- |\n"
            "| factorized_random |          1.50 | a\\|b     |\n"
            "| ü漢               | n/a (crashed) | <b>&amp; |\n"
            "| two<br>lines, \"q\" |          12.2 |          |\n"
            "\n"
            "- n = 2 seeds\n"
            "- missing: 1 crashed: x_y\n");
}

TEST(Format, CsvFollowsRfc4180AndKeepsAllDigits) {
  EXPECT_EQ(format_table(awkward(), "csv"),
            "variant,median_ms,kernel\n"
            "factorized_random,1.5,a|b\n"
            "ü漢,n/a (crashed),<b>&amp;\n"
            "\"two\nlines, \"\"q\"\"\",12.25,\n");
  EXPECT_EQ(format_rows({{"t"}, {{{"t", ""}}}}, "csv"), "t\n\"\"\n") << "an empty line would be no row";
}

TEST(Format, JsonKeepsNumbersAsNumbers) {
  const OrderedJson json = OrderedJson::parse(format_table(awkward(), "json"));
  EXPECT_EQ(json["caption"], "100 % of A & B");
  EXPECT_EQ(json["columns"].dump(), R"(["variant","median_ms","kernel"])");
  EXPECT_EQ(json["rows"][0].dump(), R"({"variant":"factorized_random","median_ms":1.5,"kernel":"a|b"})");
  EXPECT_TRUE(json["rows"][2]["kernel"].is_null());
  EXPECT_EQ(json["notes"].size(), 2u);
  const std::string lines = format_table(awkward(), "jsonl");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
  EXPECT_EQ(OrderedJson::parse(format_rows({{"a"}, {{{"a", 1}}}}, "json")).dump(), R"([{"a":1}])");
}

TEST(Format, ALatexLineThatBeginsWithABracketOrAStarIsNoArgument) {
  const Table table{
      .caption = "", .columns = {"*", "a"}, .rows = {{{.value = "[1.5, 2]"}, {.value = 1}}, {{.value = "b"}, {.value = 2}}}, .notes = {}};
  EXPECT_TRUE(has(format_table(table, "tex"), "\\toprule\n{}* & a \\\\\n\\midrule\n{}[1.5, 2] & 1 \\\\\nb & 2"))
      << format_table(table, "tex");
}

TEST(Format, LatexHasNoBareSpecialLetter) {
  const std::string tex = format_table(awkward(), "tex");
  EXPECT_TRUE(has(tex, "100 \\% of A \\& B")) << tex;
  EXPECT_TRUE(has(tex, "\\begin{tabular}{lrl}")) << tex;
  EXPECT_TRUE(has(tex, "factorized\\_random & 1.50 & a\\textbar{}b \\\\")) << tex;
  EXPECT_TRUE(has(tex, "\\textless{}b\\textgreater{}\\&amp;")) << tex;
  EXPECT_TRUE(has(tex, "\\footnotesize missing: 1 crashed: x\\_y")) << tex;
  EXPECT_TRUE(has(format_rows({{"t"}, {{{"t", "_%#$\\{}~^&"}}}}, "tex"),
                  "\\_\\%\\#\\$\\textbackslash{}\\{\\}\\textasciitilde{}\\textasciicircum{}\\&"));
}

TEST(Format, LatexMakesNoLetterOfTwoAndHoldsUtf8Alone) {
  const auto tex = [](const std::string& text) { return latex_text(text); };
  EXPECT_EQ(tex("--explain a---b"), "{-}-explain a{-}{-}-b");
  EXPECT_EQ(tex("`` '' ?` ,,"), "{`}` {'}' {?}` {,},");
  EXPECT_EQ(tex("2 × 3 ± 1 µs – é"), "2 $\\times$ 3 $\\pm$ 1 $\\mu$s -- é");
  EXPECT_EQ(tex("漢字 🙂"), "U+6F22U+5B57 U+1F642");
  EXPECT_EQ(tex("a\xff\xc3(\xed\xa0\x80\xc0\xaf"), "a?\?(?????") << "no byte of it is a letter";
  EXPECT_TRUE(has(format_table(awkward(), "tex"), "\\usepackage[T1]{fontenc}")) << "ü is there";
  EXPECT_FALSE(has(format_rows({{"t"}, {{{"t", "plain"}}}}, "tex"), "fontenc"));
}

TEST(Format, HtmlIsEscapedAndHasTheNotes) {
  const std::string html = format_table(awkward(), "html");
  EXPECT_TRUE(has(html, "<td>&lt;b&gt;&amp;amp;</td>")) << html;
  EXPECT_TRUE(has(html, "<caption>100 % of A &amp; B</caption>")) << html;
  EXPECT_TRUE(has(html, "<td style=\"text-align: right\">1.50</td>")) << html;
  EXPECT_TRUE(has(html, "<li>n = 2 seeds</li>")) << html;
  EXPECT_TRUE(has(html, "two<br>lines")) << html;
}

TEST(Format, SqlMakesATableThatSqliteReads) {
  const std::string sql = format_table(awkward(), "sql");
  EXPECT_TRUE(has(sql, "INSERT INTO result(\"variant\", \"median_ms\", \"kernel\") VALUES('factorized_random', 1.5, 'a|b');")) << sql;
  EXPECT_TRUE(has(format_rows({{"it's"}, {{{"it's", "o'clock"}}}}, "sql"), "VALUES('o''clock')"));
  EXPECT_TRUE(has(sql, "12.25, NULL")) << sql;
}

TEST(Format, OrgAndAsciidocKeepTheirPipes) {
  EXPECT_TRUE(has(format_table(awkward(), "org"), "a\\vert{}b")) << format_table(awkward(), "org");
  EXPECT_TRUE(has(format_table(awkward(), "org"), "|-------------------+"));
  const std::string adoc = format_table(awkward(), "adoc");
  EXPECT_TRUE(has(adoc, "[cols=\"<,>,<\",options=\"header\"]\n|===\n|variant |median_ms |kernel\n")) << adoc;
  EXPECT_TRUE(has(adoc, "|a\\|b\n")) << adoc;
}

TEST(Format, NoControlCodeReachesATerminal) {
  const std::string md = format_rows({{"t"}, {{{"t", "\x1b[31mred\ttab"}}}}, "md");
  EXPECT_EQ(md.find('\x1b'), std::string::npos);
  EXPECT_EQ(md.find('\t'), std::string::npos);
}

TEST(Format, BytesThatAreNotUtf8DoNotThrow) {
  const Store::Selection rows = {{"t"}, {{{"t", "\xff\xfe"}}}};
  for (const std::string& format : table_formats()) EXPECT_FALSE(format_rows(rows, format).empty()) << format;
}

TEST(Format, NamesTheFormatsWhenAskedForAnother) {
  EXPECT_TRUE(has(user_error([] { format_table(awkward(), "jsn"); }), "json"));
}

TEST(Format, MeasuresWideAndCombiningLetters) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("ü"), 1u);
  EXPECT_EQ(display_width("u\xCC\x88"), 1u) << "u and a combining diaeresis";
  EXPECT_EQ(display_width("漢字"), 4u);
  EXPECT_EQ(display_width("±×–µ"), 4u);
  EXPECT_EQ(display_width("😀"), 2u);
}

}  // namespace
}  // namespace synthbench
