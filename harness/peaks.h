#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ablations/config.h"
#include "harness/plan.h"
#include "harness/process.h"
#include "results/store.h"

namespace synthbench {

/// The most that a machine does with a build: the best sample of a matrix product and of a copy.
struct Peaks {
  double flops_per_s = 0, bytes_per_s = 0;
  double bytes = 0;  ///< what one copy moved: far more than caches hold
};

/// What peaks depend on besides machine and build.
struct PeakSetting {
  std::string dtype;  ///< f32 or f64
  int threads = 1;
  std::string processors;  ///< that workers are held to, "0,2"; empty: all
  auto operator<=>(const PeakSetting&) const = default;
};

/// What a speed cell is held against; nothing for a GPU's cells, and for half precision on the host, which converts.
std::optional<PeakSetting> peak_setting(const Config& config, const std::vector<int>& processors);

/// As an attempt keeps them, in its volatile facts under "peaks".
Json to_json(const PeakSetting& setting, const Peaks& peaks);
/// Of an attempt's volatile facts; nothing where it was held against none.
std::optional<Peaks> peaks_in(const Json& volatile_facts);

/// Whether a sweep takes the second that measuring peaks costs: not one in a hurry (-r, or less than the default min_time).
bool has_time_for_peaks(const MeasureSettings& settings);

/// The peaks of one machine and build: those that its attempts in the database were held against, and those measured now.
class PeakBook {
 public:
  /// anew: what the database says does not count, as the user wants everything measured again.
  PeakBook(Store& store, std::int64_t build, std::int64_t env, bool anew) : store_(store), build_(build), env_(env), anew_(anew) {}

  std::optional<Peaks> find(const PeakSetting& setting);
  /// Whether it is neither known nor found impossible to measure.
  bool is_open(const PeakSetting& setting);
  void add(const PeakSetting& setting, std::optional<Peaks> peaks) { known_[setting] = peaks; }

 private:
  Store& store_;
  std::int64_t build_, env_;
  bool anew_;
  std::map<PeakSetting, std::optional<Peaks>> known_;
  std::set<PeakSetting> asked_;
};

/// The program that holds the benchmarks, in the folder of the workers' programs.
std::string peak_program(const std::string& folder);

/// The order for a benchmark, "peak_gemm" or "peak_copy": a process of its own, with the stop rules that cells have by default.
WorkerOrder peak_order(const PeakSetting& setting, const std::string& benchmark);

/// Of both benchmarks: work per second of the best sample. Nothing where one of them did not end well.
std::optional<Peaks> peaks_of(const LaunchResult& gemm, const LaunchResult& copy);

}  // namespace synthbench
