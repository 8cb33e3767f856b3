#pragma once

namespace synthbench {

/// The hidden command `_worker`: one WorkerOrder as JSON on stdin, records on kRecordFd (harness/protocol.h).
/// Every exception becomes an "end" record: Unsupported -> unsupported, bad_alloc and its kin -> oom, the rest -> failed.
/// Ends with its supervisor. Returns the exit code: 0 whenever an "end" record was written.
int run_worker();

}  // namespace synthbench
