// Language models: what they may see, what padding may change, and whether a training can be repeated.
#include "harness/trunk/language_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "ablations/logit_spec.h"
#include "ablations/model_cost.h"
#include "ablations/resolve.h"
#include "harness/trunk/training.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using torch::Tensor;

/// Every variant that has a causal form, every pair of those that may be added, and all of these at once.
std::vector<std::string> all_mixtures() {
  std::vector<std::string> names, mixtures;
  for (const auto& [name, variant] : variants()) {
    const LogitSpec spec = variant.spec({.max_len = 1});
    if (!spec.whole) names.push_back(name);
    if (!spec.whole || spec.whole->causal_form) mixtures.push_back(name);
  }
  for (std::size_t a = 0; a < names.size(); ++a) {
    for (std::size_t b = a + 1; b < names.size(); ++b) mixtures.push_back(names[a] + "+" + names[b]);
  }
  std::string all = names.front();
  for (std::size_t a = 1; a < names.size(); ++a) all += "+" + names[a];
  mixtures.push_back(all);
  return mixtures;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string text = info.param;
  for (char& c : text) {
    if (c == '+') c = '_';
  }
  return text;
}

constexpr std::int64_t kLength = 13, kVocabulary = 11;

Config small_config(const std::string& variant, const Json& changes = Json::object()) {
  Json json = {{"kind", "train"},
               {"variant", variant},
               {"backend", "torch"},
               {"device", "cpu"},
               {"dtype", "f32"},
               {"seq_len", kLength},
               {"batch", 8},
               {"heads", 2},
               {"head_dim", 8},
               {"d_model", 16},
               {"rank", 4},
               {"mixing", "softmax"},
               {"model.layers", 2},
               {"model.d_ff", 32},
               {"model.dropout", 0.0},
               {"model.norm", "pre"},
               {"model.position", "learned"},
               {"train.steps", 60},
               {"train.optimizer", "adamw"},
               {"train.lr", 0.01},
               {"train.schedule", "constant"},
               {"train.warmup", 5},
               {"train.label_smoothing", 0.0}};
  json.update(changes);
  return Config(json);
}

Pass pass_on(AttentionBackend& backend) {
  Pass pass;
  pass.backend = &backend;
  return pass;
}

/// Tokens that no one can predict: independent and uniform, fresh at every step. answer_in_sight: the target is the token itself.
class RandomTokens : public TaskData {
 public:
  explicit RandomTokens(bool answer_in_sight = false, std::int64_t rows = 8) : answer_in_sight_(answer_in_sight), rows_(rows) {}
  std::int64_t vocabulary() const override { return kVocabulary; }
  Batch train_batch(std::int64_t step, std::uint64_t seed) const override {
    std::mt19937_64 draw(seed * 1000003 + static_cast<std::uint64_t>(step));
    Batch batch;
    batch.rows = rows_;
    batch.cols = kLength;
    for (std::int64_t r = 0; r < rows_; ++r) {
      std::vector<std::int32_t> row;
      for (std::int64_t c = 0; c <= kLength; ++c) row.push_back(static_cast<std::int32_t>(draw() % kVocabulary));
      batch.inputs.insert(batch.inputs.end(), row.begin(), row.end() - 1);
      batch.targets.insert(batch.targets.end(), row.begin() + (answer_in_sight_ ? 0 : 1), row.end() - (answer_in_sight_ ? 1 : 0));
    }
    return batch;
  }
  std::int64_t eval_batches(Split) const override { return 2; }
  Batch eval_batch(Split, std::int64_t index) const override { return train_batch(1000000 + index, 7); }
  Split final_split() const override { return Split::valid; }
  std::int64_t words(Split) const override { return 0; }
  std::int64_t bytes(Split) const override { return 0; }
  std::vector<CountBaseline> baselines() const override { return {}; }

 private:
  bool answer_in_sight_;
  std::int64_t rows_;
};

TEST(LanguageModel, LayersThatShareTheirBlockAreThatBlockAgainAndAgain) {
  SCOPED_TRACE(seed_trace());
  const torch::NoGradGuard no_grad;
  torch::manual_seed(test_seed());
  const auto backend = backends().at("torch")();
  const Json three = {{"model.layers", 3}};
  LanguageModel universal(model_config(small_config("universal", three), kVocabulary), Initialiser(test_seed(), torch::kDouble));
  LanguageModel vanilla(model_config(small_config("vanilla", three), kVocabulary), Initialiser(test_seed() + 1, torch::kDouble));
  LanguageModel single(model_config(small_config("vanilla", {{"model.layers", 1}}), kVocabulary), Initialiser(test_seed(), torch::kDouble));
  EXPECT_EQ(universal->trained_parameters(), single->trained_parameters());
  const auto shared = universal->named_parameters();
  for (auto& parameter : vanilla->named_parameters()) {  // blocks.2.x of the one takes blocks.0.x of the other
    std::string name = parameter.key();
    if (name.starts_with("blocks.")) name[7] = '0';
    parameter.value().copy_(shared[name]);
  }
  const Tensor tokens = torch::randint(kVocabulary, {3, kLength}, torch::kLong);
  const Tensor out = universal->forward(tokens, pass_on(*backend));
  EXPECT_LT((out - vanilla->forward(tokens, pass_on(*backend))).abs().max().item<double>(), 1e-12);
  EXPECT_GT((out - single->forward(tokens, pass_on(*backend))).abs().max().item<double>(), 1e-3);
}

class EveryMixture : public testing::TestWithParam<std::string> {};

TEST_P(EveryMixture, ALaterTokenChangesNoEarlierLogit) {
  SCOPED_TRACE(seed_trace());
  const torch::NoGradGuard no_grad;
  torch::manual_seed(test_seed());
  for (const char* backend_name : {"torch", "eigen"}) {
    if (refusal(GetParam(), backend_name)) continue;  // made of LibTorch alone
    const auto backend = backends().at(backend_name)();
    LanguageModel model(model_config(small_config(GetParam()), kVocabulary), Initialiser(test_seed(), torch::kDouble));
    const Tensor tokens = torch::randint(kVocabulary, {3, kLength}, torch::kLong);
    const Tensor before = model->forward(tokens, pass_on(*backend));
    for (const std::int64_t changed : {std::int64_t{0}, std::int64_t{6}, kLength - 1}) {
      Tensor other = tokens.clone();
      other.select(1, changed).add_(1).remainder_(kVocabulary);
      const Tensor difference = (model->forward(other, pass_on(*backend)) - before).abs().amax({0, 2});
      EXPECT_LT(difference.narrow(0, 0, changed).sum().item<double>(), 1e-11) << backend_name << ", token " << changed;
      EXPECT_GT(difference[changed].item<double>(), 1e-6) << backend_name << ", token " << changed;
    }
  }
}

TEST_P(EveryMixture, LearnsNothingFromRandomTokens) {
  SCOPED_TRACE(seed_trace());
  const RandomTokens data;
  LanguageModelTraining training(small_config(GetParam()), data, test_seed(), 1);
  const double best = std::log(static_cast<double>(kVocabulary));
  SummedLoss last;
  for (std::int64_t step = 1; step <= 60; ++step) {
    const SummedLoss score = training.step(step);
    if (step <= 30) continue;
    last.total_nats += score.total_nats;
    last.tokens += score.tokens;
  }
  EXPECT_GT(last.nats_per_token(), best - 0.03);  // 3120 tokens; a model that is right about chance has a spread of 0.01
  EXPECT_LT(last.nats_per_token(), best + 0.5);
}

INSTANTIATE_TEST_SUITE_P(All, EveryMixture, testing::ValuesIn(all_mixtures()), test_name);

TEST(LanguageModel, HasTheParametersThatCostCounts) {
  for (const auto& [variant, about] : variants()) {
    for (const char* norm : {"pre", "post"}) {
      const Config config = resolve({{"scope", "step"},
                                     {"model.preset", "tiny"},
                                     {"model.norm", norm},
                                     {"variant", variant},
                                     {"backend", "torch"},
                                     {"device", "cpu"},
                                     {"data.vocab", kVocabulary},
                                     {"seq_len", kLength}});
      const LanguageModel model(model_config(config, kVocabulary), Initialiser(1, torch::kFloat));
      EXPECT_EQ(model->trained_parameters(), model_parameters(model_shape(config))) << variant << ", norm " << norm;
    }
  }
}

TEST(LanguageModel, FallsFarBelowChanceWhereTheAnswerIsInSight) {  // so the test above can fail
  SCOPED_TRACE(seed_trace());
  const RandomTokens data(true);
  LanguageModelTraining training(small_config("random"), data, test_seed(), 1);
  for (std::int64_t step = 1; step <= 60; ++step) training.step(step);
  EXPECT_LT(training.evaluate(Split::valid).nats_per_token(), std::log(static_cast<double>(kVocabulary)) - 1.0);
}

TEST(LanguageModel, RepeatsATrainingBitForBit) {
  SCOPED_TRACE(seed_trace());
  const RandomTokens data;
  for (const char* backend : {"torch", "eigen"}) {
    for (const char* variant : {"dense+vanilla", "random", "factorized_dense"}) {
      const Config config = small_config(variant, {{"backend", backend}, {"model.dropout", std::string(backend) == "torch" ? 0.1 : 0.0}});
      LanguageModelTraining once(config, data, test_seed(), 2), again(config, data, test_seed(), 2);
      std::vector<double> first, second;
      for (std::int64_t step = 1; step <= 10; ++step) first.push_back(once.step(step).total_nats);
      for (std::int64_t step = 1; step <= 10; ++step) second.push_back(again.step(step).total_nats);
      EXPECT_EQ(first, second) << backend << ", " << variant;
      EXPECT_NE(first.front(), first.back());
    }
  }
}

TEST(LanguageModel, StartsEqualInAllThatVariantsShare) {
  const LanguageModel vanilla(model_config(small_config("vanilla"), kVocabulary), Initialiser(5, torch::kFloat));
  const LanguageModel random(model_config(small_config("random"), kVocabulary), Initialiser(5, torch::kFloat));
  const auto ours = random->named_parameters(), theirs = vanilla->named_parameters();
  int shared = 0;
  for (const auto& p : ours) {
    if (!theirs.contains(p.key())) continue;
    EXPECT_TRUE(torch::equal(p.value(), theirs[p.key()])) << p.key();
    ++shared;
  }
  EXPECT_GT(shared, 20);
  const LanguageModel other(model_config(small_config("random"), kVocabulary), Initialiser(6, torch::kFloat));
  EXPECT_FALSE(torch::equal(other->named_parameters()["embedding"], ours["embedding"]));
}

TEST(LanguageModel, NamesItsParametersAsDocumented) {
  const LanguageModel model(model_config(small_config("dense+fixed_random+vanilla"), kVocabulary), Initialiser(1, torch::kFloat));
  const auto parameters = model->named_parameters();
  for (const char* name :
       {"embedding", "positions", "blocks.1.attention.w_q", "blocks.1.attention.w_k", "blocks.0.attention.w_v", "blocks.0.attention.w_o",
        "blocks.0.attention.alpha", "blocks.0.attention.dense.w1", "blocks.0.attention.dense.b2", "blocks.0.feed_forward.w_in",
        "blocks.0.feed_forward.b_out", "blocks.0.attention_norm.weight", "blocks.1.feed_forward_norm.bias", "final_norm.weight"}) {
    EXPECT_TRUE(parameters.contains(name)) << name;
  }
  EXPECT_FALSE(parameters.contains("blocks.0.attention.fixed_random.r"));
  EXPECT_TRUE(model->named_buffers().contains("blocks.0.attention.fixed_random.r"));
}

TEST(LanguageModel, PaddingChangesNoLoss) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const Tensor tokens = torch::randint(kVocabulary, {2, 9}, torch::kLong);
  for (const char* variant : {"vanilla", "random+vanilla", "dense"}) {
    for (const char* backend_name : {"torch", "eigen"}) {
      const auto backend = backends().at(backend_name)();
      const Config config = small_config(variant, {{"model.position", "sinusoidal"}});
      LanguageModel model(model_config(config, kVocabulary), Initialiser(test_seed(), torch::kDouble));
      const Tensor alone = model->forward(tokens, pass_on(*backend));
      Pass pass = pass_on(*backend);
      pass.lengths = torch::full({2}, 9, torch::kInt);
      const Tensor padded = model->forward(torch::constant_pad_nd(tokens, {0, 4}, 3), pass);
      EXPECT_LT((padded.narrow(1, 0, 9) - alone).abs().max().item<double>(), 1e-11) << variant << ", " << backend_name;
      EXPECT_FALSE(padded.isnan().any().item<bool>());
    }
  }
}

TEST(LanguageModel, LearnsTheSameWithALongerSeqLenAndSinusoids) {
  SCOPED_TRACE(seed_trace());
  const RandomTokens data;
  const Config fits = small_config("vanilla", {{"model.position", "sinusoidal"}});
  const Config longer = small_config("vanilla", {{"model.position", "sinusoidal"}, {"seq_len", 2 * kLength}});
  LanguageModelTraining one(fits, data, test_seed(), 1), other(longer, data, test_seed(), 1);
  for (std::int64_t step = 1; step <= 20; ++step) {
    EXPECT_NEAR(one.step(step).nats_per_token(), other.step(step).nats_per_token(), 1e-4) << "step " << step;
  }
}

TEST(LanguageModel, RefusesWhatIsLongerThanItsTables) {
  const auto backend = backends().at("torch")();
  LanguageModel model(model_config(small_config("random"), kVocabulary), Initialiser(1, torch::kFloat));
  EXPECT_THROW(model->forward(torch::zeros({1, kLength + 1}, torch::kLong), pass_on(*backend)), UserError);
}

TEST(LanguageModel, SaysAtWhichStepTheLossIsNoNumber) {
  const RandomTokens data;
  LanguageModelTraining training(small_config("vanilla"), data, 1, 1);
  training.step(1);
  {
    const torch::NoGradGuard no_grad;
    training.model()->parameters().front().fill_(std::numeric_limits<float>::quiet_NaN());
  }
  try {
    training.step(2);
    FAIL() << "the loss was a number";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "the loss is nan at step 2");
  }
}

}  // namespace
}  // namespace synthbench
