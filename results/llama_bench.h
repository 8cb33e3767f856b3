#pragma once

#include "results/exchange.h"

namespace synthbench {

/// Whether an object is a row of llama-bench's `-o jsonl` or `-o json` (llama.cpp, tools/llama-bench): it has n_prompt and n_gen.
bool is_llama_bench_row(const Json& json);

/// Such a row as a finished attempt in the sweep "llama-bench". Its config has `source` llama-bench: a whole model and no variant of
/// ours, checked against nothing. Its uid is the hash of the row. Throws MalformedRow.
///
///   model_type -> variant        "llama.cpp:" + backends -> backend     type_k -> dtype (of the KV cache)
///   n_prompt + n_gen -> seq_len  n_threads -> threads                   test_time -> started_at, ended_at
///   samples_ns -> samples, median, min, mean, sd, tokens_per_s; without them avg_ns -> mean, stddev_ns -> sd
///   cpu_info, gpu_info -> env    build_commit, build_number -> build    every other key -> llama.KEY
ExchangeLine llama_bench_line(const Json& json, const ConfigReader& config);

}  // namespace synthbench
