#pragma once

#include <sqlite3.h>

#include <cstdint>

namespace synthbench {

/// What goes wrong below SQLite, in the words of a system call.
enum class IoFault : std::uint8_t {
  write_error,  ///< write: EIO
  disk_full,    ///< write: ENOSPC
  short_write,  ///< write: half of the bytes, then ENOSPC
  sync_error,   ///< fsync: EIO
  read_error,   ///< read: EIO
};

/// While it lives, every file that SQLite opens counts its calls, and one of them fails: the n-th, or all from the n-th on.
/// One at a time.
class FailingVfs {
 public:
  FailingVfs();
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  /// nth: from 1, counted from now.
  void arm(IoFault fault, std::int64_t nth, bool from_then_on);
  void disarm() { armed_ = false; }
  /// The fault has struck since it was armed.
  bool struck() const { return struck_; }

 private:
  friend struct FailingFile;
  /// Counts a call of the kind that the fault is about; true: this one fails.
  bool strikes(bool of_this_kind);
  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out);
  static int last_error(sqlite3_vfs* vfs, int size, char* text);

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  IoFault fault_ = IoFault::write_error;
  std::int64_t left_ = 0;
  bool from_then_on_ = false, armed_ = false, struck_ = false;
  int errno_ = 0;
};

}  // namespace synthbench
