// Defaults, derived values, and what a config does not depend on.
#include "ablations/resolve.h"

#include <gtest/gtest.h>

#include "ablations/presets.h"

namespace synthbench {
namespace {

std::string refusal(const Json& said) {
  try {
    resolve(said);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Resolve, FillsInTheDocumentedDefaults) {
  const Config config = resolve(Json::object());
  const Json expected = {{"kind", "speed"}, {"variant", "vanilla"},  {"backend", "eigen"}, {"device", "cpu"},
                         {"dtype", "f32"},  {"threads", 0},          {"scope", "attend"},  {"direction", "fwdbwd"},
                         {"causal", false}, {"key_lengths", "full"}, {"seq_len", 512},     {"batch", 8},
                         {"heads", 8},      {"d_model", 512},        {"head_dim", 64}};
  EXPECT_EQ(config.json(), expected);
}

TEST(Resolve, TheDeviceFollowsTheBackendUnlessItIsNamed) {
  EXPECT_EQ(resolve({{"backend", "eigen"}}).text("device"), "cpu");
  EXPECT_EQ(resolve({{"backend", "torch"}}).text("device"), "cpu");
  EXPECT_EQ(resolve({{"backend", "cuda"}}).text("device"), "cuda");
  EXPECT_EQ(resolve({{"backend", "cuda"}, {"device", "cuda:1"}}).text("device"), "cuda:1");
  EXPECT_EQ(resolve({{"backend", "torch"}, {"device", "cuda"}}).text("device"), "cuda");
}

TEST(Resolve, BatchFollowsTokensAndHeadDimTheModel) {
  const Config config = resolve({{"tokens", 4096}, {"seq_len", 256}, {"d_model", 96}, {"heads", 4}});
  EXPECT_EQ(config.integer("batch"), 16);
  EXPECT_EQ(config.integer("head_dim"), 24);
  EXPECT_FALSE(config.has("tokens"));
  EXPECT_EQ(config.sha(), resolve({{"batch", 16}, {"seq_len", 256}, {"d_model", 96}, {"heads", 4}, {"head_dim", 24}}).sha());
  EXPECT_EQ(resolve({{"tokens", 4096}, {"batch", 3}}).integer("batch"), 3) << "batch is the plainer word and wins";
  EXPECT_EQ(refusal({{"tokens", 100}, {"seq_len", 101}}), "tokens 100 is less than one sample of seq_len 101");
  EXPECT_EQ(refusal({{"heads", 7}, {"d_model", 64}}), "heads 7 does not divide d_model 64 (choose others, or give head_dim)");
  EXPECT_EQ(resolve({{"heads", 7}, {"d_model", 64}, {"head_dim", 16}}).integer("head_dim"), 16);
}

TEST(Resolve, DropsWhatTheVariantIgnores) {
  for (const char* key : {"rank", "mixing", "w1", "w2", "dense_bias", "reuse_q", "table_init", "max_len", "window", "synthesizer"}) {
    EXPECT_FALSE(resolve({{"variant", "vanilla"}, {"rank", 4}, {"max_len", 9}}).has(key)) << key;
  }
  const std::string plain = resolve({{"variant", "dense"}}).sha();
  EXPECT_EQ(resolve({{"variant", "D"}, {"rank", 4}, {"mixing", "sum"}, {"reuse_q", true}, {"table_init", "xavier"}}).sha(), plain);
  EXPECT_NE(resolve({{"variant", "dense"}, {"w2", "shared"}}).sha(), plain);
  EXPECT_NE(resolve({{"variant", "dense+vanilla"}, {"reuse_q", true}}).sha(), resolve({{"variant", "dense+vanilla"}}).sha());
  EXPECT_EQ(resolve({{"variant", "V+D"}, {"reuse_q", true}, {"w1", "full"}, {"dense_bias", false}}).sha(),
            resolve({{"variant", "V+D"}, {"reuse_q", true}}).sha())
      << "without a hidden layer of its own";
  EXPECT_NE(resolve({{"variant", "V+D"}, {"w1", "full"}}).sha(), resolve({{"variant", "V+D"}}).sha());
  EXPECT_NE(resolve({{"variant", "dense+vanilla"}, {"mixing", "sum"}}).sha(), resolve({{"variant", "V+D"}}).sha());
}

TEST(Resolve, TablesAndFactorsHaveTheirOwnDefaults) {
  EXPECT_EQ(resolve({{"variant", "FR"}}).integer("rank"), 8);
  EXPECT_EQ(resolve({{"variant", "FD"}, {"seq_len", 64}}).integer("rank"), 8);
  EXPECT_EQ(resolve({{"variant", "FD"}, {"seq_len", 256}}).integer("rank"), 16);
  EXPECT_EQ(resolve({{"variant", "FD"}, {"seq_len", 64}, {"max_len", 256}}).integer("rank"), 16) << "max_len decides, not seq_len";
  EXPECT_EQ(resolve({{"variant", "random"}}).text("table_init"), "glorot");
  EXPECT_EQ(resolve({{"variant", "fixed_random"}}).text("table_init"), "normal:1");
  EXPECT_FALSE(resolve({{"variant", "fixed_random+random"}}).has("table_init")) << "each summand has its own start";
  EXPECT_EQ(resolve({{"variant", "random"}, {"table_init", "normal:0.50"}}).text("table_init"), "normal:0.5");
  EXPECT_EQ(resolve({{"variant", "random"}, {"seq_len", 17}}).integer("max_len"), 17);
  EXPECT_EQ(refusal({{"variant", "random"}, {"seq_len", 16}, {"max_len", 8}}),
            "seq_len 16 is longer than max_len 8, for which the tables of random are made");
}

TEST(Resolve, BaselinesHaveTheirOwnKeys) {
  EXPECT_EQ(resolve({{"variant", "linformer"}, {"seq_len", 64}}).integer("rank"), 8);
  EXPECT_EQ(resolve({{"variant", "linformer"}, {"seq_len", 64}}).integer("max_len"), 64);
  EXPECT_EQ(resolve({{"variant", "mlp_mixer"}, {"d_model", 96}, {"heads", 2}}).layer().rank, 48) << "the ratio of its models";
  EXPECT_EQ(resolve({{"variant", "mlp_mixer"}, {"rank", 3}}).sha(), resolve({{"variant", "mlp_mixer"}}).sha());
  EXPECT_EQ(resolve({{"variant", "lightconv"}, {"rank", 3}, {"max_len", 600}, {"mixing", "sum"}}).sha(),
            resolve({{"variant", "lightconv"}}).sha());
  EXPECT_NE(resolve({{"variant", "dynconv"}, {"dense_bias", false}}).sha(), resolve({{"variant", "dynconv"}}).sha());
  EXPECT_EQ(refusal({{"variant", "lightconv"}, {"heads", 9}, {"d_model", 8}, {"head_dim", 1}}),
            "heads 9: more groups than the 8 channels of d_model");
}

TEST(Resolve, ASynthesizerIsPartOfDenseAlone) {
  const std::string plain = resolve({{"variant", "dense"}}).sha();
  EXPECT_EQ(resolve({{"variant", "dense"}, {"synthesizer", "ffn"}}).sha(), plain);
  for (const std::string& word : key_at("synthesizer").words) {
    const Config config = resolve({{"variant", "dense+random"}, {"synthesizer", word}});
    EXPECT_EQ(config.text("synthesizer"), word);
    EXPECT_EQ(config.layer().synthesizer, synthesizer_named(word));
  }
  for (const char* variant : {"factorized_dense", "vanilla", "lightconv"}) {
    EXPECT_EQ(resolve({{"variant", variant}, {"synthesizer", "glu"}}).sha(), resolve({{"variant", variant}}).sha()) << variant;
  }
  const Json reusing = {{"variant", "dense+vanilla"}, {"reuse_q", true}};
  Json other = reusing;
  other["synthesizer"] = "glu";
  EXPECT_EQ(resolve(other).sha(), resolve(reusing).sha()) << "relu(q) is the hidden layer";
  EXPECT_EQ(refusal({{"variant", "dense"}, {"synthesizer", "conv4"}}), "synthesizer: unknown value 'conv4' (did you mean 'conv3'?)");
}

TEST(Resolve, AWindowIsPartOfLocalAlone) {
  EXPECT_EQ(resolve({{"variant", "local"}}).integer("window"), 64);
  EXPECT_EQ(resolve({{"variant", "local"}, {"window", 3}}).layer().window, 3);
  EXPECT_EQ(resolve({{"variant", "local+random"}, {"window", 3}}).integer("window"), 3);
  EXPECT_FALSE(resolve({{"variant", "vanilla"}, {"window", 3}}).has("window"));
}

TEST(Resolve, RefusesWhatVariantsRefuse) {
  EXPECT_NE(refusal({{"variant", "dense+random+vanilla"}, {"mixing", "sigmoid"}}).find("sigmoid"), std::string::npos);
  EXPECT_NE(refusal({{"variant", "dense"}, {"w1", "slice"}, {"heads", 2}, {"d_model", 8}, {"head_dim", 3}}).find("slice"),
            std::string::npos);
}

TEST(Resolve, RefusesWhatNothingReads) {
  EXPECT_EQ(refusal({{"window", 0}}), "window: '0' is below 1, the least that is allowed");
  EXPECT_EQ(refusal({{"kind", "train"}, {"train.init", "w.safetensors"}}),
            "train.init 'w.safetensors': this version starts every training from its seed");
}

TEST(Resolve, AStepTimesAWholeModel) {
  const Config config = resolve({{"scope", "step"}, {"model.preset", "tiny"}, {"causal", true}, {"direction", "fwd"}});
  EXPECT_EQ(config.integer("model.layers"), 2);
  EXPECT_EQ(config.text("train.optimizer"), "adamw");
  for (const char* key : {"causal", "direction", "key_lengths", "task", "train.steps"}) EXPECT_FALSE(config.has(key)) << key;
}

TEST(Resolve, ATrainingHasAModelAndData) {
  const Config config = resolve(
      {{"kind", "train"}, {"model.preset", "tiny"}, {"model.d_ff", 100}, {"seq_len", 32}, {"direction", "fwd"}, {"scope", "attend"}});
  EXPECT_EQ(config.text("task"), "lm");
  EXPECT_EQ(config.text("data.name"), "tinyshakespeare");
  EXPECT_EQ(config.text("data.sha256").size(), 64u);
  EXPECT_EQ(config.integer("model.layers"), 2) << "from the preset";
  EXPECT_EQ(config.integer("model.d_ff"), 100) << "named keys win";
  EXPECT_EQ(config.integer("heads"), 4);
  EXPECT_EQ(config.integer("batch"), 1024 / 32) << "batch_tokens of the preset";
  EXPECT_EQ(config.text("scope"), "step");
  for (const char* key : {"direction", "causal", "key_lengths", "decode.beam", "train.batch_tokens", "train.init", "data.vocab"})
    EXPECT_FALSE(config.has(key)) << key;
  EXPECT_EQ(resolve({{"kind", "train"}, {"train.batch_tokens", 1024}, {"tokens", 64}, {"seq_len", 32}}).integer("batch"), 32);
  EXPECT_EQ(resolve({{"kind", "train"}, {"train.batch_tokens", 1024}, {"batch", 3}, {"seq_len", 32}}).integer("batch"), 3);
  EXPECT_TRUE(resolve({{"kind", "train"}, {"task", "mt"}}).has("decode.beam")) << "this task generates";
  EXPECT_EQ(refusal({{"kind", "train"}, {"data.name", "tinyshakespear"}}),
            "unknown data set 'tinyshakespear' (did you mean 'tinyshakespeare'?) of task 'lm'");
}

TEST(Resolve, EveryPresetIsATrainingOfItsOwn) {
  for (const auto& [name, values] : presets()) {
    const Config config = resolve({{"kind", "train"}, {"model.preset", name}});
    for (const auto& [key, value] : values.items()) {
      if (config.has(key)) {
        EXPECT_EQ(config.json()[key], value) << name << " " << key;
      }
    }
    EXPECT_EQ(config.integer("head_dim") * config.integer("heads"), config.integer("d_model")) << name;
  }
}

TEST(Resolve, NumbersAreComparedByValue) {
  const Json base = {{"kind", "train"}, {"task", "copy"}};
  Json whole = base, fraction = base;
  whole["model.dropout"] = 0;
  fraction["model.dropout"] = 0.0;
  EXPECT_EQ(resolve(whole).sha(), resolve(fraction).sha());
  whole["model.dropout"] = -0.0;
  EXPECT_EQ(resolve(whole).sha(), resolve(fraction).sha());
}

TEST(Keys, ErrorsQuoteTheValueAndSayWhatIsAllowed) {
  EXPECT_EQ(refusal({{"d_modle", 3}}), "unknown key 'd_modle' (did you mean 'd_model'?)");
  EXPECT_EQ(refusal({{"heads", "eight"}}), "heads: 'eight' is not a number or a range (try 8,16 or 8-64*2)");
  EXPECT_EQ(refusal({{"heads", true}}), "heads: 'true' is not a whole number");
  EXPECT_EQ(refusal({{"seq_len", 16.5}}), "seq_len: '16.5' is not a whole number");
  EXPECT_EQ(refusal({{"seq_len", -16}}), "seq_len: '-16' is below 1, the least that is allowed");
  EXPECT_EQ(refusal({{"variant", 3}}), "variant: '3' is not a text");
  EXPECT_EQ(refusal({{"causal", "maybe"}}), "causal: 'maybe' is neither true nor false");
  EXPECT_EQ(refusal({{"mixing", "softmx"}}), "mixing: unknown value 'softmx' (did you mean 'softmax'?)");
  EXPECT_EQ(refusal({{"device", "gpu"}}), "device: 'gpu' is not a device (known: cpu, cuda, cuda:0, cuda:1 ...)");
  EXPECT_EQ(refusal({{"seq_len", "16,32"}}), "seq_len: '16,32' is 2 values where one is needed (several make an [[axis]])");
  EXPECT_EQ(refusal({{"kind", "train"}, {"model.dropout", 1.0}}), "model.dropout: '1' is not below 1");
  EXPECT_EQ(refusal({{"kind", "train"}, {"train.lr", 0}}), "train.lr: '0' is not above 0");
  EXPECT_NE(refusal({{"table_init", "normal:-1"}}).find("glorot, xavier, normal:STD"), std::string::npos);
  EXPECT_NE(refusal({{"data.sha256", "ab"}}).find("cannot be set"), std::string::npos);
}

TEST(Keys, EachHasAWordOfExplanationAndAName) {
  for (const Key& key : keys()) {
    EXPECT_FALSE(key.doc.empty()) << key.name;
    EXPECT_EQ(keys()[key_index(key.name)].name, key.name);
  }
  EXPECT_LT(keys().size(), kMaxKeys);
}

}  // namespace
}  // namespace synthbench
