#include "harness/attempt.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "harness/aggregate.h"
#include "harness/base/error.h"
#include "results/statistics.h"

namespace synthbench {
namespace {

template <typename T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

/// Of rows with the same key the last one counts: the database takes each key once.
template <typename Row, typename Key>
void keep_last(std::vector<Row>& rows, const Key& key_of) {
  std::set<decltype(key_of(rows.front()))> seen;
  std::vector<Row> kept;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (seen.insert(key_of(*row)).second) kept.push_back(std::move(*row));
  }
  rows.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

auto key_of(const MetricRow& row) { return std::tuple(row.name, row.signature, row.split, row.step); }

/// What each launch of a speed cell measured, as one number: the largest of a peak, else the median.
std::vector<MetricRow> over_launches(const std::vector<MetricRow>& rows) {
  std::map<decltype(key_of(rows.front())), std::vector<double>> values;
  std::vector<MetricRow> out;
  for (const MetricRow& row : rows) {
    std::vector<double>& seen = values[key_of(row)];
    if (seen.empty()) out.push_back(row);
    seen.push_back(row.value);
  }
  for (MetricRow& row : out) {
    const std::vector<double>& seen = values.at(key_of(row));
    row.value = row.name.starts_with("peak_") ? std::ranges::max(seen) : median(seen);
  }
  return out;
}

void keep_last_of_each_key(AttemptResult& result) {
  keep_last(result.metrics, [](const MetricRow& row) { return key_of(row); });
  keep_last(result.samples, [](const SampleRow& row) { return std::tuple(row.phase, row.cache, row.round, row.idx, row.clock); });
  keep_last(result.checks, [](const CheckRow& row) { return std::tuple(row.ref_backend, row.tensor, row.measure); });
  keep_last(result.artifacts, [](const ArtifactRow& row) { return row.name; });
}

MetricRow whole_number(const char* name, const char* unit, std::int64_t value) {
  MetricRow row;
  row.name = name;
  row.unit = unit;
  row.better = "lower";
  row.value = static_cast<double>(value);
  row.n = 1;
  return row;
}

}  // namespace

void Attempt::add(LaunchResult launch, const Verdict& verdict) {
  verdict_ = verdict;
  if (launch.ran) check_kernel(*launch.ran);
  append(all_.metrics, launch.metrics);
  append(all_.samples, launch.samples);
  append(all_.checks, launch.checks);
  append(all_.artifacts, launch.artifacts);
  if (launch.ran) all_.ran = std::move(launch.ran);
  all_.exit_code = launch.exit_code;
  all_.term_signal = launch.term_signal;
  all_.peak_rss_bytes = std::max(all_.peak_rss_bytes, launch.peak_rss_bytes);
  seconds_ += launch.seconds;
  if (launch.end && launch.end->contains("start_up_seconds") && launch.end->at("start_up_seconds").is_number()) {
    start_up_seconds_ += launch.end->at("start_up_seconds").get<double>();
  }
}

/// All launches of a cell time one kernel.
void Attempt::check_kernel(const Json& ran) {
  if (!all_.ran) return;
  const std::string before = all_.ran->value("kernel", ""), now = ran.value("kernel", "");
  if (before != now)
    verdict_ = {"failed", fmt::format("one launch ran kernel '{}', another '{}'", on_one_line(before), on_one_line(now)), "mismatch"};
}

AttemptResult Attempt::result(std::string log_path, Json volatile_facts) const {
  AttemptResult result;
  result.outcome = verdict_.outcome;
  result.reason = verdict_.reason;
  result.error_class = verdict_.error_class;
  result.exit_code = all_.exit_code;
  result.term_signal = all_.term_signal;
  result.log_path = std::move(log_path);
  result.volatile_facts = std::move(volatile_facts);
  if (all_.ran) {
    result.kernel = all_.ran->value("kernel", "");
    result.kernel_label = all_.ran->value("label", "");
  }
  if (all_.peak_rss_bytes > 0) result.peak_rss_bytes = all_.peak_rss_bytes;
  result.checks = all_.checks;
  result.artifacts = all_.artifacts;
  const bool speed = config_.text("kind") == "speed", done = result.outcome == "done";
  if (!speed || done) {
    result.metrics = speed ? over_launches(all_.metrics) : all_.metrics;
    result.samples = all_.samples;
  }
  if (done) add_summaries(result, peaks_in(result.volatile_facts));
  keep_last_of_each_key(result);
  return result;
}

void Attempt::add_summaries(AttemptResult& result, const std::optional<Peaks>& peaks) const {
  const auto first = std::find_if(all_.samples.begin(), all_.samples.end(), [](const SampleRow& row) { return row.phase == "first"; });
  if (first != all_.samples.end()) result.first_call_ns = first->total_ns;
  const auto device = std::ranges::find(result.metrics, "peak_device", &MetricRow::name);
  if (device != result.metrics.end()) result.peak_dev_bytes = static_cast<std::int64_t>(device->value);
  if (config_.text("kind") == "speed") {
    auto metrics = speed_metrics(config_, all_.samples, peaks);
    append(result.metrics, metrics);
    result.noisy = is_noisy(all_.samples, measure_);
  }
  result.metrics.push_back(whole_number("peak_rss", "B", all_.peak_rss_bytes));
  if (all_.ran->contains("parameters")) result.metrics.push_back(whole_number("parameters", "1", all_.ran->at("parameters")));
}

}  // namespace synthbench
