// Set-ups of the paper and of the frameworks that it names, as far as they are published:
// Tay et al. 2021, section 4; Raffel et al. 2020 (T5); Vaswani et al. 2017 and Tensor2Tensor; Tay et al. 2020 (LRA).
#include "ablations/presets.h"

namespace synthbench {
namespace {

/// Tensor2Tensor transformer_base: the paper's translation set-up.
const Json kT2tBase = {{"d_model", 512},
                       {"heads", 8},
                       {"seq_len", 256},
                       {"model.layers", 6},
                       {"model.d_ff", 2048},
                       {"model.dropout", 0.1},
                       {"model.norm", "pre"},
                       {"model.position", "sinusoidal"},
                       {"train.steps", 250000},
                       {"train.batch_tokens", 4096},
                       {"train.optimizer", "adam"},
                       {"train.lr", 2.0},
                       {"train.schedule", "noam"},
                       {"train.warmup", 8000},
                       {"train.label_smoothing", 0.1},
                       {"train.eval_every", 1000},
                       {"train.checkpoint_every", 1000},
                       {"data.tokenizer", "bpe"},
                       {"data.vocab", 32000},
                       {"decode.beam", 4},
                       {"decode.length_penalty", 0.6}};

/// T5 base: the paper's C4 and GLUE set-up. Adafactor at 1/sqrt(step), no dropout in pre-training.
const Json kT5Base = {{"d_model", 768},
                      {"heads", 12},
                      {"seq_len", 512},
                      {"model.layers", 12},
                      {"model.d_ff", 3072},
                      {"model.dropout", 0.0},
                      {"model.norm", "pre"},
                      {"model.position", "relative"},
                      {"train.steps", 524288},
                      {"train.batch_tokens", 65536},
                      {"train.optimizer", "adafactor"},
                      {"train.lr", 1.0},
                      {"train.schedule", "inverse-sqrt"},
                      {"train.warmup", 10000},
                      {"train.label_smoothing", 0.0},
                      {"train.eval_every", 1000},
                      {"train.checkpoint_every", 1000},
                      {"data.tokenizer", "unigram"},
                      {"data.vocab", 32128},
                      {"decode.beam", 4},
                      {"decode.length_penalty", 0.6}};

Json with(Json base, const Json& changes) {
  base.update(changes);
  return base;
}

}  // namespace

const std::map<std::string, Json>& presets() {
  static const std::map<std::string, Json> all = {
      {"t2t_base", kT2tBase},
      // transformer_small: the paper's dialogue model, 20,000 steps
      {"t2t_small", with(kT2tBase, {{"d_model", 256}, {"heads", 4}, {"model.layers", 2}, {"model.d_ff", 1024}, {"train.steps", 20000}})},
      // lmx_base: LM1B, packed to 256
      {"lm_base", with(kT2tBase, {{"train.steps", 300000},
                                  {"train.optimizer", "adafactor"},
                                  {"train.lr", 1.0},
                                  {"train.schedule", "inverse-sqrt"},
                                  {"train.warmup", 10000},
                                  {"train.label_smoothing", 0.0}})},
      {"t5_base", kT5Base},
      {"t5_small", with(kT5Base, {{"d_model", 512}, {"heads", 8}, {"model.layers", 6}, {"model.d_ff", 2048}})},
      // the public configuration of LRA's text task: bytes, 32 samples of 1,000
      {"lra_text", with(kT2tBase, {{"d_model", 256},
                                   {"heads", 4},
                                   {"seq_len", 1000},
                                   {"model.layers", 4},
                                   {"model.d_ff", 1024},
                                   {"model.position", "learned"},
                                   {"train.steps", 20000},
                                   {"train.batch_tokens", 32000},
                                   {"train.lr", 0.05},
                                   {"train.schedule", "inverse-sqrt"},
                                   {"train.label_smoothing", 0.0},
                                   {"data.tokenizer", "bytes"},
                                   {"data.vocab", 256}})},
      // seconds to minutes on a laptop
      {"tiny",
       {{"d_model", 128},
        {"heads", 4},
        {"seq_len", 128},
        {"model.layers", 2},
        {"model.d_ff", 512},
        {"model.dropout", 0.0},
        {"model.norm", "pre"},
        {"model.position", "sinusoidal"},
        {"train.steps", 500},
        {"train.batch_tokens", 1024},
        {"train.optimizer", "adamw"},
        {"train.lr", 3e-3},
        {"train.schedule", "cosine"},
        {"train.warmup", 30},
        {"train.label_smoothing", 0.0},
        {"train.eval_every", 250},
        {"train.checkpoint_every", 200},
        {"data.tokenizer", "chars"},
        {"data.vocab", 1000},
        {"decode.beam", 1},
        {"decode.length_penalty", 0.0}}},
  };
  return all;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, values] : presets()) names.push_back(name);
  return names;
}

}  // namespace synthbench
