// A config that comes from another database is the one that was planned there.
#include "harness/config_row.h"

#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "tests/harness/plans.h"

namespace synthbench {
namespace {

TEST(ConfigRow, KeepsEveryPlannedConfigAsItIs) {
  const std::string variants =
      "vanilla,random,fixed_random,factorized_random,dense,factorized_dense,local,linformer,dense+vanilla,random+vanilla";
  for (const char* scope : {"attend", "layer", "step"}) {
    const auto plan = tiny_plan({{"variant", variants}, {"seq_len", "16,48"}, {"scope", scope}, {"dtype", "f32,f64"}});
    ASSERT_GT(plan->size(), 0);
    for (std::int64_t index = 0; index < plan->size(); ++index) {
      const PlannedCell cell = plan->cell(index);
      const CellRow row = config_row(cell.config.json());
      EXPECT_EQ(row.config, cell.config.json());
      EXPECT_EQ(row.config_sha, cell.config_sha);
      EXPECT_EQ(row.params, counts_of(cell.config).parameters);
      EXPECT_EQ(row.flops, counts_of(cell.config).flops);
    }
  }
}

TEST(ConfigRow, KeepsAConfigOfATraining) {
  const auto plan = tiny_plan({{"kind", "train"}, {"variant", "vanilla,factorized_dense"}, {"model.preset", "tiny"}});
  for (std::int64_t index = 0; index < plan->size(); ++index) {
    const PlannedCell cell = plan->cell(index);
    EXPECT_EQ(config_row(cell.config.json()).config_sha, cell.config_sha) << cell.config.json();
  }
}

TEST(ConfigRow, LetsInBackendsOfOtherPrograms) {
  Json config = config_of({{"variant", "dense"}}).json();
  config["backend"] = "of_tomorrow";
  EXPECT_EQ(config_row(config).config.at("backend"), "of_tomorrow");
}

TEST(ConfigRow, LetsInConfigsThatAnotherProgramMeasured) {
  const Json good = {{"source", "llama-bench"}, {"kind", "speed"}, {"variant", "qwen2 7B"}, {"backend", "llama.cpp:CPU"},
                     {"dtype", "f16"},          {"seq_len", 512},  {"llama.n_batch", 2048}, {"llama.model_n_params", 7615616512}};
  EXPECT_EQ(config_row(good).config, good);
  EXPECT_EQ(config_row(good).params, 7615616512);
  EXPECT_EQ(config_row(good).config_sha, Config(good).sha());
  for (const Json& bad : {Json{{"kind", "train"}}, Json{{"seq_len", "many"}}, Json{{"backend", nullptr}}, Json{{"llama.n_batch", {1, 2}}},
                          Json{{"source", 3}}, Json{{"rank", "low"}}}) {
    Json config = good;
    config.update(bad);
    EXPECT_THROW(config_row(config), UserError) << bad;
  }
}

TEST(ConfigRow, RefusesWhatIsNoConfig) {
  const Json good = config_of({{"variant", "dense"}}).json();
  const auto refused = [&](const char* key, const Json& value) {
    Json config = good;
    config[key] = value;
    try {
      config_row(config);
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(refused("variant", "vanila").find("vanilla"), std::string::npos);
  EXPECT_NE(refused("d_modle", 3).find("d_model"), std::string::npos);
  EXPECT_NE(refused("seq_len", "many").find("seq_len"), std::string::npos);
  EXPECT_NE(refused("backend", 3).find("not a text"), std::string::npos);
  Json without = good;
  without.erase("heads");
  EXPECT_THROW(config_row(without), UserError) << "dense needs its heads";
}

}  // namespace
}  // namespace synthbench
