#include "harness/peaks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "harness/measure/cell_problem.h"
#include "harness/programs.h"

namespace synthbench {
namespace {

/// Work of one call as the benchmark says; 0 where it did not end well.
double work_of(const LaunchResult& launch, const std::string& name) {
  const auto row = std::ranges::find(launch.metrics, name, &MetricRow::name);
  const bool well = launch.end && launch.end->value("outcome", "") == "done" && row != launch.metrics.end();
  return well ? row->value : 0;
}

std::optional<double> rate_of(const LaunchResult& launch, double work) {
  double best = INFINITY;
  for (const SampleRow& row : launch.samples) {
    if (row.phase == "measure") best = std::min(best, static_cast<double>(row.total_ns) * 1e-9 / static_cast<double>(row.inner_iters));
  }
  return work > 0 && best > 0 && std::isfinite(best) ? std::optional(work / best) : std::nullopt;
}

}  // namespace

std::optional<PeakSetting> peak_setting(const Config& config, const std::vector<int>& processors) {
  const std::string& dtype = config.text("dtype");
  if (config.text("kind") != "speed" || config.text("device") != "cpu" || (dtype != "f32" && dtype != "f64")) return std::nullopt;
  const bool each = !processors.empty() && (!config.has("threads") || config.integer("threads") == 0);  // a thread on each of them
  const int threads = each ? static_cast<int>(processors.size()) : threads_of(config);
  return PeakSetting{dtype, threads, fmt::format("{}", fmt::join(processors, ","))};
}

Json to_json(const PeakSetting& setting, const Peaks& peaks) {
  return {{"dtype", setting.dtype},           {"threads", setting.threads},       {"processors", setting.processors},
          {"flops_per_s", peaks.flops_per_s}, {"bytes_per_s", peaks.bytes_per_s}, {"bytes", peaks.bytes}};
}

std::optional<Peaks> peaks_in(const Json& volatile_facts) {
  const auto found = volatile_facts.find("peaks");
  if (found == volatile_facts.end()) return std::nullopt;
  for (const char* key : {"flops_per_s", "bytes_per_s", "bytes"}) {  // a line that was imported may say anything
    if (!found->contains(key) || !found->at(key).is_number()) return std::nullopt;
  }
  return Peaks{found->at("flops_per_s"), found->at("bytes_per_s"), found->at("bytes")};
}

bool has_time_for_peaks(const MeasureSettings& settings) {
  return settings.repetitions == 0 && settings.min_time >= MeasureSettings().min_time;
}

std::optional<Peaks> PeakBook::find(const PeakSetting& setting) {
  if (const auto known = known_.find(setting); known != known_.end()) return known->second;
  if (anew_ || !asked_.insert(setting).second) return std::nullopt;
  const auto rows = store_.select(
      R"(SELECT volatile_json FROM attempt WHERE build_id=?1 AND env_id=?2 AND json_extract(volatile_json, '$.peaks.dtype')=?3
         AND json_extract(volatile_json, '$.peaks.threads')=?4 AND json_extract(volatile_json, '$.peaks.processors')=?5
         ORDER BY ended_at DESC, attempt_uid DESC LIMIT 1)",
      {build_, env_, setting.dtype, setting.threads, setting.processors});
  if (rows.empty()) return std::nullopt;
  return known_[setting] = peaks_in(Json::parse(rows.front()["volatile_json"].get_ref<const std::string&>()));
}

bool PeakBook::is_open(const PeakSetting& setting) { return !find(setting) && !known_.contains(setting); }

std::string peak_program(const std::string& folder) {
  return worker_program(Config(Json{{"kind", "speed"}, {"scope", "attend"}, {"backend", "eigen"}}), folder);
}

WorkerOrder peak_order(const PeakSetting& setting, const std::string& benchmark) {
  WorkerOrder order;
  order.config = Config(Json{{"kind", "speed"},
                             {"scope", benchmark},
                             {"backend", "eigen"},
                             {"device", "cpu"},
                             {"dtype", setting.dtype},
                             {"threads", setting.threads}});
  order.supervisor = ::getpid();
  return order;
}

std::optional<Peaks> peaks_of(const LaunchResult& gemm, const LaunchResult& copy) {
  const double moved = work_of(copy, "bytes");
  const auto flops = rate_of(gemm, work_of(gemm, "flops")), bytes = rate_of(copy, moved);
  if (!flops || !bytes) return std::nullopt;
  return Peaks{*flops, *bytes, moved};
}

}  // namespace synthbench
