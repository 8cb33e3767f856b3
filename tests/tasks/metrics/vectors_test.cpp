#include <gtest/gtest.h>

#include <set>

#include "harness/base/json.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/metric_vectors.h"

namespace synthbench {
namespace {

TEST(MetricVectors, AllComeOut) {
  const std::vector<MetricVector> vectors = metric_vectors();
  ASSERT_GT(vectors.size(), 100u);
  for (const MetricVector& vector : vectors) {
    EXPECT_TRUE(vector.passed()) << vector.name << ": " << vector.value << ", " << vector.source << " gives " << vector.expected;
  }
}

TEST(MetricVectors, CoverEveryMetricThatNeedsNoFile) {
  std::set<std::string> covered;
  const Json all = Json::parse(metric_vectors_json());
  for (const Json& vector : all.at("vectors")) covered.insert(vector.at("metric"));
  for (const auto& [name, metric] : metrics()) {
    const bool needs_file = name == "embedding-average" || name == "meteor";
    EXPECT_TRUE(needs_file || covered.contains(name)) << name;
  }
}

}  // namespace
}  // namespace synthbench
