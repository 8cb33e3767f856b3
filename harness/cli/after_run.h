#pragma once

#include <string>
#include <vector>

#include "harness/cli/output.h"
#include "harness/plan.h"
#include "harness/supervisor.h"
#include "results/store.h"

namespace synthbench {

/// A sweep that has run, and where.
struct SweepView {
  const Plan& plan;
  Store& store;
  std::int64_t sweep = 0;
  std::string db_path;
  std::string db_flag;  ///< " --db FILE" for commands that are offered; empty where it is the default
};

/// Formats of `run` and `bench`: tables for reading (md, tex, html ...), cells for machines (json, jsonl, csv).
std::vector<std::string> sweep_formats();

/// The cells of a sweep, or its tables ([[table]]; without any: speed and quality, as its cells have) and one sentence.
void print_sweep(const std::string& format, const SweepView& view, const Sink& sink);

/// How it went, by state; two commands to try next; where the results are. For stderr. words: this run's command line, without
/// the program's name.
std::string farewell(const RunSummary& summary, const SweepView& view, const std::vector<std::string>& words);

}  // namespace synthbench
