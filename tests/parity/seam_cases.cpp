#include "tests/parity/seam_cases.h"

#include <random>

namespace synthbench {
namespace {

constexpr Shared kOwn{}, kBatch{true, false, false}, kHeads{false, true, false}, kRows{false, false, true}, kAll{true, true, true},
    kBatchHeads{true, true, false}, kBatchRows{true, false, true};

TermCase inner(double scale, std::int64_t width, Shared lhs = kOwn, Shared rhs = kOwn) { return {TermKind::inner, scale, width, lhs, rhs}; }
TermCase tiled(double scale, std::int64_t width, Shared lhs = kOwn, Shared rhs = kOwn) { return {TermKind::tiled, scale, width, lhs, rhs}; }
TermCase table(double scale, Shared lhs) { return {TermKind::table, scale, 0, lhs, kOwn}; }

class Drawer {
 public:
  explicit Drawer(std::uint64_t seed) : source_(seed) {}

  SeamCase draw(int number) {
    SeamCase seam;
    seam.name = "drawn" + std::to_string(number);
    seam.batch = one_of({1, 2, 3});
    seam.heads = one_of({1, 3});
    seam.queries = one_of({1, 7, 33, 64, 130});
    seam.keys = one_of({2, 7, 33, 65, 130, 300});
    seam.width = one_of({1, 3, 8, 33});
    const bool folded = chance(0.3);  // every term shared by the batch
    const std::int64_t terms = one_of({1, 1, 2, 3});
    for (std::int64_t t = 0; t < terms; ++t) seam.terms.push_back(term(folded));
    seam.causal = chance(0.4);
    if (seam.causal) seam.query_offset = chance(0.5) ? std::max<std::int64_t>(0, seam.keys - seam.queries) : one_of({0, 5});
    if (chance(0.4)) {
      for (std::int64_t b = 0; b < seam.batch; ++b) {
        seam.key_lengths.push_back(static_cast<std::int32_t>(std::uniform_int_distribution<std::int64_t>(0, seam.keys)(source_)));
      }
    }
    if (chance(0.2)) seam.dropout = {0.25, source_()};
    if (chance(0.3)) seam.window = one_of({1, 2, 9, 64, 150, 1000});
    return seam;
  }

 private:
  bool chance(double p) { return std::bernoulli_distribution(p)(source_); }
  std::int64_t one_of(std::initializer_list<std::int64_t> values) {
    return values.begin()[std::uniform_int_distribution<std::size_t>(0, values.size() - 1)(source_)];
  }
  Shared shared(bool batch, bool rows_too) { return {batch || chance(0.25), chance(0.25), rows_too && chance(0.2)}; }
  TermCase term(bool folded) {
    const double scale = std::uniform_real_distribution<double>(0.3, 1.0)(source_);
    switch (one_of({0, 1, 2})) {
      case 0: return inner(scale, one_of({1, 4, 33}), shared(folded, true), shared(folded, false));
      case 1: return tiled(scale, one_of({1, 5, 16}), shared(folded, true), shared(folded, true));
      default: return table(scale, shared(folded, true));
    }
  }

  std::mt19937_64 source_;
};

}  // namespace

std::vector<SeamCase> chosen_cases() {
  return {
      {"single_key", 2, 1, 1, 1, 8, {inner(1.0, 8)}},
      {"vanilla_7", 2, 3, 7, 7, 3, {inner(0.5, 4)}},
      {"vanilla_33", 2, 3, 33, 33, 8, {inner(0.4, 8)}, true, 0},
      {"vanilla_130_300", 2, 2, 130, 300, 33, {inner(0.4, 16)}},
      {"vanilla_causal_300", 1, 2, 300, 300, 16, {inner(0.4, 16)}, true, 0},
      {"vanilla_decode", 3, 2, 1, 300, 8, {inner(0.4, 16)}, true, 299},
      {"vanilla_lengths", 3, 2, 64, 300, 8, {inner(0.4, 16)}, false, 0, {300, 0, 257}},
      {"vanilla_dropout", 2, 2, 65, 130, 8, {inner(0.4, 16)}, true, 65, {130, 77}, {0.3, 91}},
      {"vanilla_shared_query", 3, 2, 33, 65, 8, {inner(1.0, 4, kAll)}},
      {"multi_query", 2, 3, 65, 65, 8, {inner(0.5, 8, kOwn, kHeads)}, true, 0},
      {"large_logits", 2, 2, 65, 130, 8, {inner(0.5, 8)}, false, 0, {}, {}, 60.0},
      {"logits_1e4", 2, 2, 65, 130, 8, {inner(0.5, 8)}, true, 65, {130, 40}, {}, 3e3},
      {"constant_logits", 2, 2, 33, 65, 8, {inner(0.0, 8)}, true, 32},
      {"one_query", 3, 2, 1, 131, 7, {inner(0.4, 8), table(0.5, kBatch)}},
      {"one_key", 3, 2, 131, 1, 7, {inner(0.4, 8), table(0.5, kBatch)}},
      {"one_column", 3, 2, 67, 131, 1, {inner(1.0, 1), tiled(0.5, 11)}, true, 64},
      {"dropout_tenth", 2, 2, 65, 130, 8, {inner(0.4, 16)}, false, 0, {}, {0.1, 3}},
      {"dropout_half", 2, 2, 65, 130, 8, {table(0.5, kBatch), inner(0.3, 8)}, true, 65, {130, 99}, {0.5, 4}},
      {"dense", 3, 2, 65, 130, 8, {inner(1.0, 8, kOwn, kBatch), table(0.7, kBatchRows)}},
      {"dense_w2_shared", 2, 3, 65, 65, 8, {inner(1.0, 8, kOwn, kBatchHeads)}, true, 0, {65, 13}},
      {"factorized_dense", 2, 2, 65, 300, 8, {tiled(1.0, 16)}, true, 235},
      {"factorized_dense_p1", 2, 2, 33, 65, 3, {tiled(1.0, 1)}},
      {"factorized_dense_shared", 2, 2, 33, 65, 3, {tiled(1.0, 33, kBatch, kRows)}},
      {"random_tiny", 3, 2, 7, 7, 3, {table(1.0, kBatch)}, true, 0},
      {"random", 3, 2, 130, 300, 8, {table(1.0, kBatch)}},
      {"random_causal", 3, 2, 300, 300, 5, {table(1.0, kBatch)}, true, 0},
      {"random_lengths", 4, 2, 65, 300, 8, {table(1.0, kBatch)}, false, 0, {300, 1, 0, 260}},
      {"random_causal_lengths", 3, 2, 130, 130, 8, {table(1.0, kBatch)}, true, 0, {130, 60, 3}},
      {"random_far_below", 3, 2, 33, 130, 8, {table(1.0, kBatch)}, false, 0, {130, 40, 2}, {}, 30.0},
      {"random_all_lengths_zero", 2, 1, 33, 33, 4, {table(1.0, kBatch)}, false, 0, {0, 0}},
      {"random_heads_shared", 2, 3, 33, 65, 8, {table(1.0, kBatchHeads)}},
      {"random_one_sample", 1, 2, 130, 300, 8, {table(1.0, kBatch)}, true, 170},
      {"factorized_random", 3, 2, 130, 130, 8, {inner(1.0, 3, kBatch, kBatch)}, false, 0, {130, 129, 1}},
      {"factorized_random_300", 2, 3, 257, 300, 5, {inner(1.0, 3, kBatch, kBatchHeads), table(0.5, kAll)}},
      {"random_lengths_300", 4, 2, 257, 300, 3, {table(1.0, kBatch)}, true, 40, {300, 1, 0, 260}},
      {"random_far_below_300", 3, 3, 257, 257, 2, {table(1.0, kBatchHeads)}, false, 0, {257, 40, 2}, {}, 30.0},
      {"factorized_random+random", 3, 2, 65, 130, 8, {inner(0.8, 3, kBatch, kBatch), table(0.5, kBatch)}, true, 65},
      {"random+dropout", 3, 2, 33, 65, 8, {table(1.0, kBatch)}, false, 0, {}, {0.2, 5}},
      {"random+vanilla", 2, 2, 130, 130, 8, {table(0.5, kBatch), inner(0.3, 8)}, true, 0, {130, 100}},
      {"everything",
       3,
       2,
       65,
       130,
       8,
       {inner(0.3, 8), inner(0.3, 8, kOwn, kBatch), table(0.5, kBatch), inner(0.5, 3, kBatch, kBatch), tiled(0.3, 12), table(1.0, kAll)},
       true,
       65,
       {130, 0, 77}},
      {"no_visible_rows", 2, 2, 130, 33, 8, {inner(0.4, 8)}, true, -100},
      {"local_tiny", 2, 3, 13, 13, 3, {inner(0.5, 4)}, false, 0, {}, {}, 1.0, 2},
      {"local_7_of_300", 1, 2, 300, 300, 16, {inner(0.4, 16)}, false, 0, {}, {}, 1.0, 7},
      {"local_300_of_700", 1, 2, 701, 701, 5, {inner(0.4, 8)}, false, 0, {}, {}, 1.0, 300},
      {"local_causal", 2, 2, 333, 333, 8, {inner(0.4, 16)}, true, 0, {}, {}, 1.0, 64},
      {"local_lengths", 3, 2, 130, 130, 8, {inner(0.4, 16)}, false, 0, {130, 0, 57}, {}, 1.0, 5},
      {"local_causal_lengths_dropout", 2, 2, 130, 130, 8, {inner(0.4, 16)}, true, 0, {129, 31}, {0.3, 77}, 1.0, 33},
      {"local_decode", 3, 2, 1, 300, 8, {inner(0.4, 16)}, true, 299, {}, {}, 1.0, 12},
      {"local_beyond_the_keys", 2, 2, 130, 33, 8, {inner(0.4, 8)}, false, 0, {}, {}, 1.0, 20},
      {"local_before_the_keys", 2, 2, 65, 130, 8, {inner(0.4, 8)}, false, -40, {}, {}, 1.0, 9},
      {"local_factorized_dense", 2, 2, 65, 300, 8, {tiled(1.0, 16)}, true, 235, {}, {}, 1.0, 30},
      {"local_random", 3, 2, 333, 333, 5, {table(1.0, kBatch)}, false, 0, {}, {}, 1.0, 10},
      {"local_random_causal_lengths", 3, 2, 130, 130, 8, {table(1.0, kBatch)}, true, 0, {130, 60, 3}, {}, 1.0, 11},
      {"local_random_far_below", 3, 2, 65, 130, 8, {table(1.0, kBatch)}, false, 0, {130, 40, 2}, {}, 30.0, 30},
      {"local_random+vanilla", 2, 2, 130, 130, 8, {table(0.5, kBatch), inner(0.3, 8)}, true, 0, {130, 100}, {}, 1.0, 1},
  };
}

std::vector<SeamCase> sharing_cases() {
  const auto way = [](int bits) { return Shared{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0}; };
  std::vector<SeamCase> cases;
  const auto add = [&](const TermCase& term, int lhs, int rhs) {
    SeamCase seam{std::string(name(term.kind)) + "_" + std::to_string(lhs) + "_" + std::to_string(rhs), 2, 3, 5, 7, 3, {term}};
    seam.causal = (lhs + rhs) % 2 == 0;
    seam.query_offset = 2;
    cases.push_back(std::move(seam));
  };
  for (int lhs = 0; lhs < 8; ++lhs) {
    for (int rhs = 0; rhs < 8; ++rhs) {
      if (rhs < 4) add(inner(0.7, 2, way(lhs), way(rhs)), lhs, rhs);  // one row for all keys is refused: it says nothing of them
      add(tiled(0.7, 3, way(lhs), way(rhs)), lhs, rhs);
    }
    add(table(0.7, way(lhs)), lhs, 0);
  }
  return cases;
}

std::vector<SeamCase> drawn_cases(std::uint64_t seed, int count) {
  Drawer drawer(seed);
  std::vector<SeamCase> cases;
  for (int i = 0; i < count; ++i) cases.push_back(drawer.draw(i));
  return cases;
}

}  // namespace synthbench
