#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ablations/config.h"
#include "ablations/grid.h"
#include "ablations/value_origin.h"

namespace synthbench {

/// [measure] and its flags, in seconds and shares.
struct MeasureSettings {
  int launches = 3;  ///< fresh processes per cell
  int min_samples = 10;
  double min_time = 0.3;    ///< seconds of samples per launch
  double max_noise = 0.02;  ///< half-width of the median's interval
  double max_time = 3.0;    ///< seconds of sampling per launch at most, by the wall; noisy where samples are then few or far apart
  int repetitions = 0;      ///< -r: exactly so many samples per launch; beats the four above
  double timeout = -1;      ///< hard limit of one attempt, its launches together, in seconds; negative: 600 for speed, none for training
  std::vector<std::string> cache = {"hot"};
  bool gate = true;  ///< [check] gate
};
Json to_json(const MeasureSettings& settings);
MeasureSettings measure_from_json(const Json& json);

/// What the command line says about a grid.
struct PlanRequest {
  std::string grid_path;  ///< empty: no file (bench), everything comes from overrides
  std::string name;       ///< sweep name when there is no file
  /// Axis flags and --set in the order of rising precedence: user config, environment, flags. Key, text of values.
  /// where: "--set d_modle=3", named in errors. What the user config says counts where the grid says nothing.
  struct Override {
    std::string key, values, where;
    SaidBy by = SaidBy::flag;
  };
  std::vector<Override> overrides;
  std::vector<Override> measure;  ///< launches, min_time ... as texts, same precedence; from --set without their "measure."
  std::string only, exclude;      ///< filter expressions; empty: none
  std::string shard;              ///< "i/n"; empty: whole plan
  /// Who said them, named in errors: a flag, or the variable in its place.
  std::string only_by = "--only", exclude_by = "--exclude", shard_by = "--shard";
  bool smoke = false;  ///< one tiny cell per variant and backend
  bool quick = false;  ///< one launch, min_time 0.05 s
  SaidBy quick_by = SaidBy::flag;
  std::int64_t max_cells = 0;  ///< > 0: `run` refuses more, naming --max-cells
};

struct PlannedCell {
  std::int64_t ordinal = 0;  ///< from 1, in plan order
  Config config;
  std::string config_sha;
  std::int64_t seed = 0;
  std::string state;   ///< "pending" or "excluded" ("reused" is filled in from the store)
  std::string reason;  ///< of an exclusion
};

/// An expanded grid. Cells are materialised one at a time: a plan of a million cells stays small.
class Plan {
 public:
  struct Counts {
    std::int64_t product = 0, excluded = 0, duplicates = 0, included = 0, cells = 0, reused = 0;
  };
  struct Axis {
    std::string name;
    std::vector<Json> values;
  };
  struct Zip {
    std::string name;
    std::int64_t rows = 0, points = 0;
  };
  struct Exclusion {
    std::string reason;
    std::int64_t count = 0;
  };

  virtual ~Plan() = default;
  virtual std::int64_t size() const = 0;                   ///< cells and excluded points together
  virtual PlannedCell cell(std::int64_t index) const = 0;  ///< 0 <= index < size()
  virtual bool excluded(std::int64_t index) const { return cell(index).state == "excluded"; }
  /// A key's value in a cell, and who set it; nullopt where the cell's config does not have the key.
  virtual std::optional<ValueOrigin> origin(std::int64_t index, const std::string& key) const = 0;

  std::string sweep, kind, spec_toml;
  std::string plan_sha;  ///< of the cells (config_sha and seed), in order
  Counts counts;
  std::vector<Axis> axes;
  std::vector<Zip> zips;  ///< that add points to those of the axes
  std::vector<Exclusion> exclusions;
  std::vector<std::string> warnings;       ///< an exclude that matches nothing
  std::vector<std::string> unequal_sizes;  ///< what [match] warns of, by variant
  MeasureSettings measure;
  std::map<std::string, ValueOrigin> measure_origins;  ///< of the settings that somebody set, by key
  std::vector<std::string> tables;                     ///< [[table]] presets, in file order
  std::vector<PlanRequest::Override> overrides;        ///< of the request: with them the grid file says what was planned
  bool smoke = false;
};

/// The keys of the axes as a config has them: those of a zip apart, batch for what decides it.
std::vector<std::string> varied_keys(const Plan& plan);

/// Reads, checks and expands. Throws UserError: "grid.toml:12: axis 'rank': '8x' is not a range (try ...)".
std::unique_ptr<Plan> make_plan(const PlanRequest& request);

}  // namespace synthbench
