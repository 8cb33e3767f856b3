// Published values: their labels are those of the tables, their numbers those of the papers.
#include "results/paper_values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "results/table_spec.h"

namespace synthbench {
namespace {

TEST(PaperValues, LabelsOfTablesAreThoseOfTheirPapers) {
  for (const ShippedText& file : shipped_tables()) {
    const TableSpec spec = parse_table(file.text, file.name, {});
    if (spec.paper.empty()) continue;
    const auto paper =
        std::ranges::find_if(shipped_papers(), [&](const ShippedText& one) { return one.name == spec.paper + "-" + spec.published; });
    ASSERT_NE(paper, shipped_papers().end()) << file.name;
    const PaperTable table = parse_paper(paper->name, paper->text);
    EXPECT_FALSE(table.source.empty()) << paper->name;
    for (const PaperValue& value : table.values) {
      EXPECT_TRUE(std::ranges::any_of(spec.rows, [&](const TableRow& row) { return row.label == value.row; }))
          << file.name << ": " << value.row;
      EXPECT_TRUE(std::ranges::any_of(spec.columns, [&](const TableColumn& column) { return column.name == value.column; }))
          << file.name << ": " << value.column;
    }
  }
}

TEST(PaperValues, EqualTheirGroundTruth) {
  const std::filesystem::path truth = std::filesystem::path(SYNTHBENCH_SOURCE_DIR).parent_path() / "shared" / "paper" / "tables";
  const std::map<std::string, std::string> files = {
      {"synthesizer-table2", "table2.csv"},           {"synthesizer-table3", "table3.csv"},
      {"synthesizer-table4", "table4.csv"},           {"synthesizer-table5", "table5_glue.csv"},
      {"synthesizer-table6", "table6_superglue.csv"}, {"synthesizer-table7", "table7_encoding.csv"},
      {"narang-table2", "narang_table2.csv"},         {"lra-accuracy", "lra_accuracy.csv"}};
  if (!std::filesystem::exists(truth)) GTEST_SKIP() << truth << " is not here";
  for (const auto& [name, path] : files) {
    std::ifstream file(truth / path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto shipped = std::ranges::find_if(shipped_papers(), [&](const ShippedText& one) { return one.name == name; });
    ASSERT_NE(shipped, shipped_papers().end()) << name;
    const auto ours = parse_paper(name, shipped->text).values, theirs = parse_paper(name, text).values;
    ASSERT_EQ(ours.size(), theirs.size()) << name;
    ASSERT_FALSE(ours.empty()) << name;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      EXPECT_EQ(ours[i].row + ours[i].column, theirs[i].row + theirs[i].column);
      EXPECT_EQ(ours[i].value, theirs[i].value) << name << " " << ours[i].row << " " << ours[i].column;
    }
  }
}

}  // namespace
}  // namespace synthbench
