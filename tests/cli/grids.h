#pragma once

#include <string>

namespace synthbench {

/// A speed grid of tiny cells, a second or less each: 2 variants x 2 lengths.
inline const std::string kTinyGrid = R"(schema = 1
name = "tiny"
kind = "speed"
[base]
batch = 1
heads = 2
d_model = 14
threads = 1
[[axis]]
name = "variant"
values = ["vanilla", "dense"]
[[axis]]
name = "seq_len"
values = [13, 21]
[measure]
launches = 1
min_samples = 3
min_time = "0.01s"
max_noise = "100%"
max_time = "5s"
timeout = "60s"
)";

}  // namespace synthbench
