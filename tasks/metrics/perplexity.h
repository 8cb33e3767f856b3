#pragma once

#include <cmath>
#include <numbers>

namespace synthbench {

/// exp(nats / units): total loss of a text over the tokens, words or bytes that the text has. Never a mean of perplexities: those of
/// short batches would weigh as much as those of long ones.
inline double perplexity(double total_nats, double units) { return std::exp(total_nats / units); }

/// The same total in bits for each unit: bits per byte, bits per character.
inline double bits_per(double total_nats, double units) { return total_nats / std::numbers::ln2 / units; }

}  // namespace synthbench
