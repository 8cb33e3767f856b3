#pragma once

#include <string>

namespace synthbench {

/// The lock of one device, CPU included, among all supervisors of this machine: exclusive for a speed launch's whole life,
/// shared by trainings. A turnstile in front of it makes supervisors take turns: who has just let go queues behind who waits.
/// Lives in $XDG_RUNTIME_DIR, else in the temporary folder.
class DeviceLock {
 public:
  /// Throws UserError when the files cannot be opened.
  explicit DeviceLock(const std::string& device);
  ~DeviceLock();
  DeviceLock(const DeviceLock&) = delete;
  DeviceLock& operator=(const DeviceLock&) = delete;

  enum class Mode : bool { shared, exclusive };
  /// One step towards the lock; true when it is held. Call again every few milliseconds until it is, or let go.
  bool try_lock(Mode mode);
  void unlock();
  /// Whether another supervisor waits for what this one holds.
  bool is_wanted() const;

 private:
  int turnstile_ = -1, device_ = -1;
  bool in_turnstile_ = false;
};

}  // namespace synthbench
