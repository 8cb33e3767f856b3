#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "results/compare_side.h"
#include "results/compare_times.h"
#include "results/format.h"
#include "results/statistics.h"
#include "results/table_cells.h"

namespace synthbench {

struct CompareOptions {
  double alpha = 0.05;  ///< of the whole table, after Holm's correction
  DifferenceTest test = DifferenceTest::t;
  bool across_env = false;
};

/// What one side has measured of a row.
struct Measured {
  std::optional<double> value;  ///< median seconds over all processes, or the metric's mean over seeds; nullopt: no result
  std::string unit, state, reason;
  std::size_t seeds = 0, processes = 0;
  std::set<std::int64_t> not_finite;  ///< seeds of which the metric is NaN or infinite
  std::vector<std::int64_t> attempts;
};

/// B relative to A, where all but what the sides name is equal.
struct Comparison {
  Json key = Json::object();  ///< seq_len and the axes that vary
  std::string metric;         ///< median, or the quality metric
  std::optional<Measured> a, b;
  std::optional<double> ratio;       ///< B / A; nullopt where A is 0 or less
  std::optional<double> difference;  ///< of a quality: B - A, paired by seed; it decides the direction
  std::optional<Interval> interval;  ///< 95 %, of the ratio
  std::optional<double> p, effect;   ///< p: Holm-corrected; effect: mean over spread of differences paired by seed
  std::optional<double> floor;       ///< of the machine's noise: a ratio within 1 / (1 + floor) and 1 + floor is none; quality has none
  bool judged = false;               ///< enough is known on both sides for a verdict
  std::string verdict;               ///< same faster slower better worse ambiguous only-a only-b
  std::string note;

  bool changed() const { return verdict != "same" && verdict != "ambiguous"; }
  void add_note(const std::string& words) {
    if (!words.empty()) note += (note.empty() ? "" : "; ") + words;
  }
};

struct ComparisonTable {
  std::string a, b;  ///< how the sides were named
  std::vector<Comparison> rows;
  std::vector<std::string> notes;
  std::vector<std::string> warnings;  ///< of the notes those that the rows do not show: what else a side's name means
  bool judged = false;                ///< some row had enough on both sides for a verdict
};

/// Joins what is equal on both sides, and keeps what only one side has. Throws UserError for sides that do not go together, and
/// where times of several builds or machines would be compared without across_env; NothingDone when neither side has a cell.
ComparisonTable compare(Store& store, const ComparedSide& a, const ComparedSide& b, const CompareOptions& options);

/// One cell measured twice, as `repro` does: attempts by id.
Comparison compare_attempts(Store& store, std::int64_t a, std::int64_t b, const CompareOptions& options);

/// {"key":{...},"a":{...},"b":{...},"ratio","ratio_lo","ratio_hi","verdict","note", ...}; what is absent is null.
OrderedJson to_json(const Comparison& row);
/// For people, with caption and notes.
Table table_of(const ComparisonTable& comparison);

/// A bound of --fail-on: "slower>5%", "worse", "only-a".
struct FailRule {
  std::string verdict;
  double above = 0;  ///< share by which the ratio has to differ from 1
  bool holds(const Comparison& row) const;
};
/// Throws UserError for what is no rule. Rules are separated by commas.
std::vector<FailRule> parse_fail_rules(const std::string& text);

}  // namespace synthbench
