// harness/measure/peak_jobs.cpp
// The jobs "peak_gemm" and "peak_copy": what this machine can do at most with this build (harness/peaks.h), timed as cells are.
#include <algorithm>

#include "backends/eigen/peak_loops.h"
#include "harness/job.h"
#include "harness/measure/cache.h"
#include "harness/measure/cell_problem.h"
#include "harness/measure/measure.h"

namespace synthbench {
namespace {

void time_loop(const WorkerOrder& order, const RecordWriter& records, const char* name, const char* unit, const eigen::PeakLoop& loop) {
  measure({loop.call, {}}, order.measure, order.launch, records);
  MetricRow work;
  work.name = name;
  work.unit = unit;
  work.value = loop.work;
  records.write(to_json(work));
}

/// Four times the last cache, as STREAM asks, within reason: some machines hide it, some show a whole socket's.
std::size_t bytes_to_copy() {
  constexpr std::size_t kLeast = std::size_t{64} << 20, kMost = std::size_t{256} << 20;
  return std::clamp(4 * last_cache_bytes(), kLeast, kMost);
}

bool add(const char* job, const char* work, const char* unit, eigen::PeakLoop (*loop)(const WorkerOrder&, int threads)) {
  return jobs().add(job, [=](const WorkerOrder& order, const RecordWriter& records) {
    time_loop(order, records, work, unit, loop(order, threads_of(order.config, order.threads)));
  });
}

const bool gemm = add("peak_gemm", "flops", "FLOP", [](const WorkerOrder& order, int threads) {
  return eigen::gemm_loop(dtype_named(order.config.text("dtype")), threads);
});
const bool copy =
    add("peak_copy", "bytes", "B", [](const WorkerOrder&, int threads) { return eigen::copy_loop(bytes_to_copy(), threads); });

}  // namespace
}  // namespace synthbench
