// Rows of llama-bench become cells that say where they come from.
#include "results/llama_bench.h"

#include <fstream>

#include "results/row_json.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

/// As llama-bench prints it, with the keys that matter and one that is new to us.
Json a_row(int prompt, int generated, const std::vector<std::int64_t>& samples) {
  return {{"build_commit", "8cf427ff"},
          {"build_number", 5163},
          {"cpu_info", "Testron 7"},
          {"gpu_info", ""},
          {"backends", "CPU"},
          {"model_filename", "models/of/somebody/qwen2-7b-q4_k_m.gguf"},
          {"model_type", "qwen2 7B Q4_K - Medium"},
          {"model_size", 4677120000},
          {"model_n_params", 7615616512},
          {"n_batch", 2048},
          {"n_threads", 8},
          {"type_k", "f16"},
          {"flash_attn", false},
          {"tensor_split", "0.00"},
          {"key_of_a_later_version", 3},
          {"n_prompt", prompt},
          {"n_gen", generated},
          {"test_time", "2026-04-24T11:58:50Z"},
          {"avg_ns", 72135640},
          {"stddev_ns", 1453752},
          {"avg_ts", 7100.002165},
          {"stddev_ts", 140.341520},
          {"samples_ns", samples},
          {"samples_ts", {6863.1}}};
}

CellRow any_config(const Json& config) {
  CellRow row;
  row.config = config;
  row.config_sha = sha256(config.dump());
  return row;
}

class LlamaBench : public testing::Test {
 protected:
  Store::Imported import(const std::string& text) {
    std::ofstream(folder / "llama.jsonl") << text;
    const auto open = [&]() -> Store& { return *(store = Store::open_to_write(folder / "r.db")); };
    return import_file(folder / "llama.jsonl", open, any_config);
  }
  double value_of(const std::string& metric) {
    return store->select("SELECT value FROM v_result WHERE metric=?1 AND seq_len=512", {metric}).at(0)["value"].get<double>();
  }

  TempFolder folder;
  std::unique_ptr<Store> store;
};

TEST_F(LlamaBench, LinesAndListsAreTheSameRows) {
  const Json prompt = a_row(512, 0, {70, 72, 74}), generated = a_row(0, 128, {500, 400});
  EXPECT_EQ(import(prompt.dump() + "\n" + generated.dump() + "\n").attempts, 2);
  EXPECT_EQ(import("\n[\n" + prompt.dump(2) + ",\n" + generated.dump() + "]\n").known, 2) << "importing twice is importing once";
  EXPECT_EQ(count(*store, "SELECT count(*) FROM sweep"), 1);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM cell WHERE state='done'"), 2);
  expect_healthy(*store);
}

TEST_F(LlamaBench, NumbersComeFromTheSamples) {
  import(a_row(512, 0, {70'000'000, 76'000'000, 72'000'000}).dump());
  EXPECT_DOUBLE_EQ(value_of("median"), 0.072);
  EXPECT_DOUBLE_EQ(value_of("min"), 0.070);
  EXPECT_NEAR(value_of("mean"), 0.218 / 3, 1e-12);
  EXPECT_NEAR(value_of("tokens_per_s"), 512 / 0.072, 1e-9);
  EXPECT_NEAR(value_of("sd"), 0.0030550504633, 1e-12);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM sample WHERE phase='measure' AND clock='wall' AND inner_iters=1"), 3);
}

TEST_F(LlamaBench, WithoutSamplesOnlyWhatWasPrintedIsKnown) {
  Json row = a_row(512, 0, {1});
  row.erase("samples_ns");
  import(row.dump());
  EXPECT_DOUBLE_EQ(value_of("mean"), 0.07213564);
  EXPECT_DOUBLE_EQ(value_of("sd"), 0.001453752);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM metric"), 2);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM metric WHERE n IS NULL"), 2) << "nobody said of how many";
}

TEST_F(LlamaBench, TheConfigSaysWhatItIsAndNotWhereItLay) {
  import(a_row(512, 0, {70}).dump());
  const OrderedJson row = store->select("SELECT * FROM config").at(0);
  const Json config = Json::parse(row["canon_json"].get<std::string>());
  EXPECT_EQ(config["source"], "llama-bench");
  EXPECT_EQ(row["variant"], "qwen2 7B Q4_K - Medium");
  EXPECT_EQ(row["backend"], "llama.cpp:CPU");
  EXPECT_EQ(config["scope"], "model");
  EXPECT_EQ(config["llama.model_filename"], "qwen2-7b-q4_k_m.gguf");
  EXPECT_EQ(config["llama.key_of_a_later_version"], 3);
  EXPECT_FALSE(config.contains("llama.avg_ns") || config.contains("llama.test_time"));
  const OrderedJson attempt =
      store->select("SELECT a.*, b.git_sha, e.cpu, e.host FROM attempt a JOIN build b USING(build_id) JOIN env e USING(env_id)").at(0);
  EXPECT_EQ(attempt["kernel_label"], "") << "nothing vouches for it";
  EXPECT_EQ(attempt["git_sha"], "8cf427ff");
  EXPECT_EQ(attempt["cpu"], "Testron 7");
  EXPECT_EQ(attempt["host"], "unknown");
  EXPECT_EQ(attempt["started_at"], "2026-04-24T11:58:50Z");
}

TEST_F(LlamaBench, AnExportReadsBack) {
  import(a_row(512, 0, {70, 72}).dump());
  std::string lines;
  LineReader reader(*store, std::nullopt);
  while (const auto line = reader.next()) lines += to_json(*line).dump() + "\n";
  EXPECT_EQ(import(lines).known, 1);
}

TEST_F(LlamaBench, ARowThatIsNoneIsNamed) {
  const auto refused = [&](const char* key, const Json& value) {
    Json row = a_row(512, 0, {70});
    row[key] = value;
    return user_error([&] { import(a_row(512, 0, {70}).dump() + "\n" + row.dump()); });
  };
  EXPECT_TRUE(has(refused("n_prompt", -1), "llama.jsonl:2: llama-bench: n_prompt is -1"));
  EXPECT_TRUE(has(refused("n_prompt", 0), "both 0"));
  EXPECT_TRUE(has(refused("samples_ns", Json::array({70, 0})), "samples_ns is 0"));
  EXPECT_TRUE(has(refused("samples_ns", "many"), "no list"));
  EXPECT_TRUE(has(refused("model_type", 3), "'model_type'"));
  EXPECT_TRUE(has(refused("test_time", nullptr), "'test_time'"));
  EXPECT_TRUE(has(user_error([&] { import("[" + a_row(512, 0, {70}).dump() + ", 3]"); }), "llama.jsonl:row 2: not a JSON object"));
  EXPECT_FALSE(std::filesystem::exists(folder / "r.db"));
}

}  // namespace
}  // namespace synthbench
