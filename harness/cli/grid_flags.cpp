#include "harness/cli/grid_flags.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "harness/base/error.h"
#include "harness/cli/choices.h"

namespace synthbench {
namespace {

struct AxisFlag {
  const char *names, *key, *value, *help;
};

/// Flags whose values are an axis of the grid; the same text as in the file.
constexpr std::array<AxisFlag, GridFlags::kAxisCount> kAxes = {{
    {"-m,--variant", "variant", "LIST", "variants of attention: vanilla,dense+vanilla (see ls variants)"},
    {"-b,--backend", "backend", "LIST", "backends: eigen,torch (see ls backends)"},
    {"-l,--seq-len", "seq_len", "RANGE", "lengths: 128,512  128-512+64  128-4k*2"},
    {"-k,--rank", "rank", "RANGE", "rank of factorized variants"},
    {"-s,--seed", "seed", "RANGE", "seeds: 0-4"},
    {"--dtype", "dtype", "LIST", "f32, f64, bf16, f16"},
    {"--device", "device", "LIST", "cpu, cuda"},
    {"--threads", "threads", "RANGE", "CPU threads (default: all cores)"},
    {"--batch", "batch", "RANGE", "sequences per call"},
    {"--tokens", "tokens", "RANGE", "tokens per call: batch follows the length"},
    {"--heads", "heads", "RANGE", "attention heads"},
    {"--d-model", "d_model", "RANGE", "width of the model"},
    {"--causal", "causal", "LIST", "true, false"},
    {"--direction", "direction", "LIST", "fwd, bwd, fwdbwd"},
    {"--scope", "scope", "LIST", "attend, layer, step"},
}};

constexpr std::array<AxisFlag, GridFlags::kMeasureCount> kMeasure = {{
    {"-r,--repetitions", "repetitions", "N", "exactly N samples per launch; beats the time rules below"},
    {"--launches", "launches", "N", "fresh processes per cell (default 3)"},
    {"--min-time", "min_time", "TIME", "sample at least so long per launch: 0.3s"},
    {"--max-time", "max_time", "TIME", "stop sampling then, noisy or not: 3s"},
    {"--max-noise", "max_noise", "SHARE", "half-width of the median's interval: 2%"},
    {"--timeout", "timeout", "TIME", "hard limit of one attempt: 120s"},
}};

PlanRequest::Override override_of(const AxisFlag& flag, const FlagValue& value) { return {flag.key, value.text, value.where, value.by}; }

/// --set measure.cache=cold, --set check.gate=false: what [measure] and [check] say has no axis. Empty: a key of the grid.
std::string measure_key(const std::string& key) {
  if (key == "check.gate") return "gate";
  return key.starts_with("measure.") ? key.substr(8) : "";
}

/// "d_model=32" -> key and values. Throws UserError.
PlanRequest::Override override_of(const FlagValue& set) {
  const std::size_t equals = set.text.find('=');
  if (equals == std::string::npos || equals == 0) throw UserError(set.where + ": not KEY=VALUE, as in --set d_model=64,128");
  return {set.text.substr(0, equals), set.text.substr(equals + 1), set.where, set.by};
}

}  // namespace

void GridFlags::declare(FlagSet& flags) {
  flags.group("Axes (each replaces the axis of that name in the grid)");
  for (std::size_t i = 0; i < kAxes.size(); ++i)
    flags.list(kAxes[i].names, axes_[i], kAxes[i].value, kAxes[i].help, words_of_key(kAxes[i].key));
  flags.repeated("--set", set_, "KEY=VALUES", "any other key, dotted: --set train.lr=1e-3,3e-4, --set measure.cache=cold",
                 words_of_settings());
  flags.value("--only", only_, "EXPR", "keep cells for which EXPR holds: \"variant = 'dense' AND seq_len <= 512\"");
  flags.value("--exclude", exclude_, "EXPR", "drop cells for which EXPR holds");
  flags.value("--shard", shard_, "I/N", "the I-th of N parts, 1/N to N/N; slurm: this task's of a job array", {"slurm"});
  flags.value("--data", data_, "DIR", "folder of real data in the official layouts");
  flags.group("Measuring");
  for (std::size_t i = 0; i < kMeasure.size(); ++i) flags.value(kMeasure[i].names, measure_[i], kMeasure[i].value, kMeasure[i].help);
  flags.toggle("--quick", quick_, "one launch, min-time 0.05s", &quick_by_);
  flags.toggle("--smoke", smoke_, "one tiny cell per variant and backend");
}

/// Within a grid the one that varies faster wins; flags have no such order.
void GridFlags::refuse_batch_beside_tokens() const {
  const auto said = [&](std::string_view key) {
    return axes_[static_cast<std::size_t>(std::ranges::find(kAxes, key, &AxisFlag::key) - kAxes.begin())];
  };
  const FlagValue batch = said("batch"), tokens = said("tokens");
  if (batch && tokens && batch.by == tokens.by)
    throw UserError(batch.where + " and " + tokens.where + " contradict each other: tokens sets the batch");
}

PlanRequest GridFlags::request(const std::string& grid_path) const {
  if (data_) ::setenv("SYNTHBENCH_DATA", data_.text.c_str(), 1);
  refuse_batch_beside_tokens();
  PlanRequest request;
  request.grid_path = grid_path;
  for (const SaidBy by : {SaidBy::user_config, SaidBy::environment, SaidBy::flag}) {
    const auto add = [&](auto& to, const auto& flag, const FlagValue& value) {
      if (value && value.by == by) to.push_back(override_of(flag, value));
    };
    for (std::size_t i = 0; i < kAxes.size(); ++i) add(request.overrides, kAxes[i], axes_[i]);
    for (std::size_t i = 0; i < kMeasure.size(); ++i) add(request.measure, kMeasure[i], measure_[i]);
    for (const FlagValue& set : set_) {
      if (set.by != by) continue;
      PlanRequest::Override change = override_of(set);
      const std::string measure = measure_key(change.key);
      if (!measure.empty()) change.key = measure;
      (measure.empty() ? request.overrides : request.measure).push_back(std::move(change));
    }
  }
  request.only = only_.text;
  request.exclude = exclude_.text;
  request.shard = shard_.text;
  request.only_by = only_.source("--only");
  request.exclude_by = exclude_.source("--exclude");
  request.shard_by = shard_.source("--shard");
  request.quick = quick_;
  request.quick_by = quick_by_;
  request.smoke = smoke_;
  return request;
}

}  // namespace synthbench
