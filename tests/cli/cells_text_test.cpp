// What `bench -o json` and `-o csv` say of cells.
#include "harness/cli/cells_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace synthbench {
namespace {

MetricRow metric(const std::string& name, double value, const std::string& signature = "", const std::string& split = "") {
  MetricRow row{.name = name, .signature = signature, .unit = "s", .better = "lower", .split = split};
  row.value = value;
  return row;
}

Store::CellResult cell(std::vector<MetricRow> metrics) {
  Store::CellResult out;
  out.cell_id = 7;
  out.state = "done";
  out.config = {{"variant", "vanilla"}};
  out.metrics = std::move(metrics);
  return out;
}

TEST(CellsText, TheBareNameIsTheHotTimeWhicheverComesFirst) {
  const MetricRow hot = metric("median", 1e-6), cold = metric("median", 5e-6, "cache:cold");
  for (const auto& rows : {std::vector{hot, cold}, std::vector{cold, hot}}) {
    const OrderedJson metrics = cell_json(cell(rows)).at("metrics");
    ASSERT_EQ(metrics.size(), 2u) << metrics;
    EXPECT_EQ(metrics.at("median").at("value"), 1e-6);
    EXPECT_EQ(metrics.at("median.cache:cold").at("value"), 5e-6);
    const OrderedJson row = flat_rows({cell(rows)}).front();
    EXPECT_EQ(row.at("median"), 1e-6);
    EXPECT_EQ(row.at("median.cache:cold"), 5e-6);
  }
  EXPECT_EQ(cell_json(cell({cold})).at("metrics").at("median").at("value"), 5e-6) << "the only one";
}

TEST(CellsText, NoRowOfAMetricIsLostAndNoSuffixIsEmpty) {
  const OrderedJson metrics = cell_json(cell({metric("bleu", 1, "tok:13a", "valid"), metric("bleu", 2, "tok:13a", "test"),
                                              metric("bleu", 3, "tok:none", "test"), metric("bleu", 4), metric("bleu", 5)}))
                                  .at("metrics");
  EXPECT_EQ(metrics.size(), 5u) << metrics;
  EXPECT_EQ(metrics.at("bleu").at("value"), 2);
  EXPECT_EQ(metrics.at("bleu.valid").at("value"), 1);
  EXPECT_EQ(metrics.at("bleu.tok:none").at("value"), 3);
  for (const auto& [name, value] : metrics.items()) EXPECT_FALSE(name.ends_with(".")) << name;
}

TEST(CellsText, WhatIsNoNumberSaysWhy) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const Store::CellResult odd = cell({metric("median", 1e-6), metric("flops_per_s", none), metric("ppl", INFINITY),
                                      metric("steps_per_s", none), metric("peak_bytes_share", none)});
  const OrderedJson metrics = cell_json(odd).at("metrics");
  EXPECT_TRUE(metrics.at("flops_per_s").at("value").is_null());
  EXPECT_EQ(metrics.at("flops_per_s").at("reason"), "impossible") << "as a table says";
  EXPECT_EQ(metrics.at("peak_bytes_share").at("reason"), "impossible");
  EXPECT_EQ(metrics.at("ppl").at("reason"), "not finite");
  EXPECT_EQ(metrics.at("steps_per_s").at("reason"), "not finite") << "no peak is held against it";
  EXPECT_FALSE(metrics.at("median").contains("reason"));
  EXPECT_EQ(flat_rows({odd}).front().at("flops_per_s"), "impossible");
}

}  // namespace
}  // namespace synthbench
