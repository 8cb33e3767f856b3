#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ablations/logit_spec.h"
#include "harness/base/error.h"

namespace synthbench {
namespace {

LayerConfig layer() { return {.d_model = 24, .heads = 3, .head_dim = 8, .max_len = 17, .rank = 5}; }

const Parameter& parameter(const LogitSpec& spec, const std::string& name) {
  const auto found = std::ranges::find(spec.parameters, name, &Parameter::name);
  if (found == spec.parameters.end()) throw std::runtime_error("no parameter " + name);
  return *found;
}

std::string error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Variants, AliasesAndOrderDoNotMatter) {
  EXPECT_EQ(canonical_variant("V+R"), "random+vanilla");
  EXPECT_EQ(canonical_variant("vanilla+random"), "random+vanilla");
  EXPECT_EQ(canonical_variant("FD + D"), "dense+factorized_dense");
  EXPECT_EQ(canonical_variant("V+R+D"), "dense+random+vanilla");
  EXPECT_EQ(canonical_variant("FR"), "factorized_random");
}

TEST(Variants, WrongNamesAreExplained) {
  EXPECT_EQ(error_of([] { canonical_variant("vanila"); }), "unknown variant 'vanila' (did you mean 'vanilla'?)");
  EXPECT_EQ(error_of([] { canonical_variant("V+vanilla"); }), "variant 'V+vanilla': term 'vanilla' stands twice");
  EXPECT_EQ(error_of([] { canonical_variant("random+"); }), "variant 'random+' has an empty term (try random+vanilla)");
  EXPECT_NE(error_of([] { canonical_variant(""); }), "no error");
}

TEST(Variants, EveryOneHasASummaryAndItsOwnAliases) {
  std::set<std::string> words;
  for (const auto& [name, variant] : variants()) {
    EXPECT_FALSE(variant.summary.empty()) << name;
    EXPECT_TRUE(words.insert(name).second);
    for (const std::string& alias : variant.aliases) EXPECT_TRUE(words.insert(alias).second) << alias;
    EXPECT_TRUE(std::ranges::is_sorted(variant.keys)) << name;
  }
  EXPECT_GE(words.size(), 11u);
}

TEST(Variants, OnlyVanillaIsScaled) {
  const LogitSpec vanilla = describe("vanilla", layer()).summands.front().spec;
  EXPECT_DOUBLE_EQ(vanilla.terms.front().scale, 1.0 / std::sqrt(8.0));
  for (const char* name : {"random", "fixed_random", "factorized_random", "dense", "factorized_dense"}) {
    const LogitSpec spec = describe(name, layer()).summands.front().spec;
    for (const TermSpec& term : spec.terms) EXPECT_EQ(term.scale, 1.0) << name;
  }
}

TEST(Variants, LocalIsVanillaInABandThatHoldsForTheWholeSum) {
  LayerConfig config = layer();
  config.window = 4;
  const Mixture local = describe("local", config), vanilla = describe("vanilla", config);
  EXPECT_EQ(window_of(local), 4);
  EXPECT_EQ(window_of(vanilla), 0);
  EXPECT_EQ(window_of(describe("random+local", config)), 4);
  const TermSpec band = local.summands.front().spec.terms.front(), full = vanilla.summands.front().spec.terms.front();
  EXPECT_EQ(band.scale, full.scale);
  EXPECT_EQ(band.lhs.source, Source::query);
  EXPECT_EQ(band.rhs.source, Source::key);
  EXPECT_EQ(keys_of("local"), std::vector<std::string>{"window"});
  config.window = 0;
  EXPECT_EQ(error_of([&] { describe("local", config); }), "window is 0: at least 1 is needed");
}

TEST(Variants, FactorizedDenseGivesEveryKeyItsOwnPair) {
  for (const std::int64_t max_len : {1, 7, 16, 33, 512}) {
    for (const std::int64_t a : {1, 3, 16}) {
      LayerConfig config = layer();
      config.max_len = max_len, config.rank = a;
      const TermSpec term = describe("factorized_dense", config).summands.front().spec.terms.front();
      ASSERT_EQ(term.kind, TermKind::tiled);
      const std::int64_t P = term.lhs.width, Q = term.rhs.width;
      EXPECT_EQ(P, a);
      EXPECT_GE(P * Q, max_len);
      EXPECT_LT(P * (Q - 1), max_len);
      std::set<std::pair<std::int64_t, std::int64_t>> pairs;
      for (std::int64_t j = 0; j < P * Q; ++j) {
        EXPECT_LT(j / P, Q);
        pairs.insert({j % P, j / P});
      }
      EXPECT_EQ(std::ssize(pairs), P * Q);
    }
  }
}

TEST(Variants, DefaultWidthIsThePowerOfTwoNearestTheRoot) {
  EXPECT_EQ(default_width(1), 1);
  EXPECT_EQ(default_width(64), 8);
  EXPECT_EQ(default_width(128), 8);   // 11.3
  EXPECT_EQ(default_width(145), 16);  // 12.04
  EXPECT_EQ(default_width(144), 8);   // 12: the smaller one of two
  EXPECT_EQ(default_width(256), 16);
  EXPECT_EQ(default_width(512), 16);
  EXPECT_EQ(default_width(4096), 64);
}

TEST(Variants, TablesStartAsTheOfficialCodeDrawsThem) {
  LayerConfig config = {.d_model = 768, .heads = 8, .head_dim = 128, .max_len = 512, .rank = 16};
  const Init r = parameter(describe("random", config).summands.front().spec, "r").init;
  EXPECT_EQ(r.kind, Init::Kind::uniform);
  EXPECT_NEAR(r.scale, 0.00475, 5e-6);
  EXPECT_NEAR(parameter(describe("FR", config).summands.front().spec, "r1").init.scale, 0.0269, 5e-5);
  EXPECT_NEAR(parameter(describe("dense", config).summands.front().spec, "w2").init.scale, 1.0 / std::sqrt(128.0), 1e-12);
}

TEST(Variants, FixedRandomIsFrozenAndNotDegenerate) {
  const Parameter r = parameter(describe("fixed_random", layer()).summands.front().spec, "r");
  EXPECT_FALSE(r.trained);
  EXPECT_EQ(r.init.kind, Init::Kind::normal);
  EXPECT_EQ(r.init.scale, 1.0);
}

TEST(Variants, TableInitIsReadOrRefused) {
  LayerConfig config = layer();
  config.table_init = "normal:0.25";
  EXPECT_EQ(parameter(describe("random", config).summands.front().spec, "r").init.scale, 0.25);
  config.table_init = "xavier";
  EXPECT_DOUBLE_EQ(parameter(describe("random", config).summands.front().spec, "r").init.scale, std::sqrt(6.0 / 34.0));
  for (const char* wrong : {"normal:", "normal:x", "normal:-1", "normal:0", "normal:1x", "normal:inf"}) {
    config.table_init = wrong;
    EXPECT_NE(error_of([&] { describe("random", config); }).find("(try normal:1)"), std::string::npos) << wrong;
  }
  config.table_init = "unifrom";
  EXPECT_EQ(error_of([&] { describe("random", config); }), "table_init 'unifrom' is unknown (glorot, xavier or normal:STD)");
}

TEST(Variants, ReusedQueriesTakeTheHiddenLayerAway) {
  LayerConfig config = layer();
  config.reuse_q = true;
  const LogitSpec dense = describe("dense+vanilla", config).summands.front().spec;
  EXPECT_FALSE(dense.hidden);
  ASSERT_EQ(dense.terms.size(), 1u);
  EXPECT_EQ(dense.terms.front().lhs.source, Source::relu_query);
  EXPECT_TRUE(describe("dense", config).summands.front().spec.hidden) << "there is no q to reuse without vanilla";
}

TEST(Variants, MixingIsForSeveralSummands) {
  EXPECT_EQ(describe("random", layer()).mixing, Mixing::sum);
  LayerConfig config = layer();
  EXPECT_EQ(describe("R+V", config).mixing, Mixing::softmax);
  config.mixing = Mixing::sigmoid;
  EXPECT_EQ(describe("R+V", config).mixing, Mixing::sigmoid);
  EXPECT_EQ(error_of([&] { describe("R+V+D", config); }), "mixing 'sigmoid' weighs two terms; 'R+V+D' has 3 (try softmax)");
  EXPECT_EQ(initial_weight(describe("R+V", config)), 0.5);
}

TEST(Variants, SlicesOfTheInputMustFit) {
  LayerConfig config = layer();
  config.w1 = W1::slice;
  EXPECT_NO_THROW(describe("dense", config));
  config.head_dim = 7;
  EXPECT_EQ(error_of([&] { describe("dense", config); }),
            "w1 'slice': heads 3 x head_dim 7 is not d_model 24 (each head reads its own columns of x)");
}

TEST(Variants, WhatReadsNoInputIsBatchIndependent) {
  for (const char* name : {"random", "fixed_random", "factorized_random", "R+FR", "R+FR+fixed_random"}) {
    EXPECT_TRUE(batch_independent(describe(name, layer()))) << name;
  }
  for (const char* name : {"vanilla", "dense", "factorized_dense", "R+V", "R+D"}) {
    EXPECT_FALSE(batch_independent(describe(name, layer()))) << name;
  }
}

TEST(Variants, KeysOfAMixtureAreThoseOfItsTerms) {
  EXPECT_EQ(keys_of("vanilla"), std::vector<std::string>{});
  EXPECT_EQ(keys_of("R+V"), (std::vector<std::string>{"max_len", "mixing", "table_init"}));
  const std::vector<std::string> dense = keys_of("dense"), both = keys_of("dense+vanilla");
  EXPECT_EQ(std::ranges::count(dense, "reuse_q"), 0);
  EXPECT_EQ(std::ranges::count(both, "reuse_q"), 1);
}

}  // namespace
}  // namespace synthbench
