#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ablations/config.h"
#include "harness/plan.h"
#include "results/store.h"

namespace synthbench {

/// What the supervisor writes to a worker's stdin: one JSON object, then end of file.
struct WorkerOrder {
  Config config;
  std::int64_t seed = 0;
  MeasureSettings measure;
  int launch = 0;                 ///< number of this fresh process within the attempt, from 0
  bool gate = true;               ///< check against the oracle before timing (first launch of a build)
  std::string artifact_folder;    ///< where checkpoints and generated texts go; empty: nowhere
  int threads = 0;                ///< > 0: CPU threads instead of the config's (training cells side by side)
  std::int64_t memory_limit = 0;  ///< > 0: bytes of private memory (RLIMIT_DATA)
  double launched_at = 0;         ///< steady clock of the machine, in seconds, when the process was asked for; 0: not said
  std::int64_t supervisor = 0;    ///< its process id: a worker whose parent is another has been orphaned; 0: not checked
};
Json to_json(const WorkerOrder& order);
/// The machine's steady clock: the same for all processes.
double steady_seconds();
WorkerOrder order_from_json(const Json& json);

/// Records back: on file descriptor kRecordFd, each a little-endian u32 length and so many bytes of JSON with a "type":
///   {"type":"ran","variant","backend","dtype","kernel","label","parameters"}   what really runs; compared with the plan
///   {"type":"check", ...CheckRow}          {"type":"metric", ...MetricRow}       {"type":"sample", ...SampleRow}
///   {"type":"artifact", ...ArtifactRow}    {"type":"progress","step","of","text"}
///   {"type":"end","outcome":"done|failed|oom|unsupported","reason","error_class","peak_rss_bytes","source_sha","start_up_seconds"}
/// A worker that ends without "end", or writes anything else, is crashed (signal) or failed (exit code, protocol).
inline constexpr int kRecordFd = 3;
inline constexpr std::uint32_t kMaxRecordBytes = 64u << 20;

class RecordWriter {
 public:
  /// Writes the whole record or throws std::runtime_error; EPIPE ends the process quietly (the supervisor has gone).
  void write(const Json& record) const;
};

/// What came over the pipe is no record: the cell is failed.
struct ProtocolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The other end: takes bytes as they come, gives whole records.
class RecordReader {
 public:
  void feed(std::string_view bytes);
  /// The next whole record; nullopt when more bytes are needed. Throws ProtocolError "record of 1734437990 bytes ..." for a
  /// length above kMaxRecordBytes, for what is not JSON, and for an object without a known "type".
  std::optional<Json> next();
  /// Bytes of an unfinished record.
  std::size_t pending() const { return buffer_.size() - begin_; }

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
};

Json to_json(const MetricRow& row);
Json to_json(const SampleRow& row);
Json to_json(const CheckRow& row);
Json to_json(const ArtifactRow& row);
MetricRow metric_from_json(const Json& json);
SampleRow sample_from_json(const Json& json);
CheckRow check_from_json(const Json& json);
ArtifactRow artifact_from_json(const Json& json);

}  // namespace synthbench
