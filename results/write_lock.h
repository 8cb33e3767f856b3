#pragma once

#include <string>

namespace synthbench {

/// The flock on PATH.lock that writers of a database take in turn: SQLite before 3.51.3 may reset a WAL wrongly when two
/// connections write or checkpoint at the same instant, and this lock keeps every such moment apart.
class WriteLock {
 public:
  /// Makes the sibling file when it is missing. Throws UserError when that is impossible.
  explicit WriteLock(const std::string& database);
  ~WriteLock();
  WriteLock(WriteLock&& other) noexcept;
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

  /// Waits for other writers; throws DatabaseInUse after timeout_s.
  void acquire(double timeout_s);
  void release() noexcept;
  /// Takes away the sibling if this object made it: for a database that did not come into being. Lock held.
  void forget() noexcept;

  /// Holds the lock for a block.
  class Turn {
   public:
    Turn(WriteLock& lock, double timeout_s) : lock_(lock) { lock_.acquire(timeout_s); }
    ~Turn() { lock_.release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    WriteLock& lock_;
  };

 private:
  bool still_the_file() const;
  void open();

  std::string database_, path_;
  int file_ = -1;
  bool made_ = false;
};

}  // namespace synthbench
