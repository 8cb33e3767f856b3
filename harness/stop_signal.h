#pragma once

namespace synthbench {

/// While it lives, SIGINT and SIGTERM are remembered instead of ending the process; another one, more than a second later,
/// ends it at once.
/// One at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// SIGINT or SIGTERM once one has come; else 0.
  int received() const;
  /// Becomes readable when one comes: for poll().
  int wake_fd() const;
};

}  // namespace synthbench
