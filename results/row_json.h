#pragma once

#include <stdexcept>

#include "results/store.h"

namespace synthbench {

/// A row that the database would refuse, or that is none: "sample: phase is first, warmup or measure".
struct MalformedRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What an attempt leaves behind as JSON: on a worker's pipe (harness/protocol.h) and in an export. JSON has no NaN and no
/// infinities: they are the texts "nan", "+inf" and "-inf". Keys are the members' names; what is absent has no key, or null.
Json row_json(const MetricRow& row);
Json row_json(const SampleRow& row);
Json row_json(const CheckRow& row);
Json row_json(const ArtifactRow& row);
Json row_json(const ExampleScoreRow& row);

/// Back again. Each throws MalformedRow for a key that is missing or of another type than its member, for a whole number that is
/// none, and for what the database would refuse.
MetricRow metric_row(const Json& json);
SampleRow sample_row(const Json& json);
CheckRow check_row(const Json& json);
ArtifactRow artifact_row(const Json& json);
ExampleScoreRow example_score_row(const Json& json);

/// Whether it is an integer that 63 bits and a sign hold: a fraction, true or a larger one would become another number without a
/// word where the JSON library turns it into one.
bool is_whole_number(const Json& json);

}  // namespace synthbench
