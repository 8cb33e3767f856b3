#include "tests/results/failing_vfs.h"

#include <cerrno>
#include <new>
#include <stdexcept>

namespace synthbench {

/// A file of the shim; SQLite's own follows it in the same memory.
struct FailingFile {
  sqlite3_file base;
  FailingVfs* vfs;

  static FailingFile& of(sqlite3_file* file) { return *reinterpret_cast<FailingFile*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&of(file) + 1); }

  static int close(sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); }
  static int read(sqlite3_file* f, void* to, int bytes, sqlite3_int64 at) {
    FailingVfs& vfs = *of(f).vfs;
    if (!vfs.strikes(vfs.fault_ == IoFault::read_error)) return real(f)->pMethods->xRead(real(f), to, bytes, at);
    vfs.errno_ = EIO;
    return SQLITE_IOERR_READ;
  }
  static int write(sqlite3_file* f, const void* from, int bytes, sqlite3_int64 at) {
    FailingVfs& vfs = *of(f).vfs;
    const bool writing = vfs.fault_ == IoFault::write_error || vfs.fault_ == IoFault::disk_full || vfs.fault_ == IoFault::short_write;
    if (!vfs.strikes(writing)) return real(f)->pMethods->xWrite(real(f), from, bytes, at);
    if (vfs.fault_ == IoFault::short_write) real(f)->pMethods->xWrite(real(f), from, bytes / 2, at);
    vfs.errno_ = vfs.fault_ == IoFault::write_error ? EIO : ENOSPC;
    return vfs.fault_ == IoFault::write_error ? SQLITE_IOERR_WRITE : SQLITE_FULL;
  }
  static int sync(sqlite3_file* f, int flags) {
    FailingVfs& vfs = *of(f).vfs;
    if (!vfs.strikes(vfs.fault_ == IoFault::sync_error)) return real(f)->pMethods->xSync(real(f), flags);
    vfs.errno_ = EIO;
    return SQLITE_IOERR_FSYNC;
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) { return real(f)->pMethods->xTruncate(real(f), size); }
  static int size(sqlite3_file* f, sqlite3_int64* bytes) { return real(f)->pMethods->xFileSize(real(f), bytes); }
  static int lock(sqlite3_file* f, int level) { return real(f)->pMethods->xLock(real(f), level); }
  static int unlock(sqlite3_file* f, int level) { return real(f)->pMethods->xUnlock(real(f), level); }
  static int reserved(sqlite3_file* f, int* out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
  static int control(sqlite3_file* f, int op, void* argument) { return real(f)->pMethods->xFileControl(real(f), op, argument); }
  static int sector(sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); }
  static int character(sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
  static int shm_map(sqlite3_file* f, int page, int bytes, int extend, void volatile** out) {
    return real(f)->pMethods->xShmMap(real(f), page, bytes, extend, out);
  }
  static int shm_lock(sqlite3_file* f, int at, int count, int flags) { return real(f)->pMethods->xShmLock(real(f), at, count, flags); }
  static void shm_barrier(sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); }
  static int shm_unmap(sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); }
};

namespace {

/// Version 2: everything but memory mapping, which would pass by the counters.
const sqlite3_io_methods kMethods = {2,
                                     FailingFile::close,
                                     FailingFile::read,
                                     FailingFile::write,
                                     FailingFile::truncate,
                                     FailingFile::sync,
                                     FailingFile::size,
                                     FailingFile::lock,
                                     FailingFile::unlock,
                                     FailingFile::reserved,
                                     FailingFile::control,
                                     FailingFile::sector,
                                     FailingFile::character,
                                     FailingFile::shm_map,
                                     FailingFile::shm_lock,
                                     FailingFile::shm_barrier,
                                     FailingFile::shm_unmap,
                                     nullptr,
                                     nullptr};

}  // namespace

FailingVfs::FailingVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  vfs_.pNext = nullptr;
  vfs_.zName = "failing";
  vfs_.szOsFile = static_cast<int>(sizeof(FailingFile)) + real_->szOsFile;
  vfs_.pAppData = this;
  vfs_.xOpen = open;
  vfs_.xGetLastError = last_error;
  if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("SQLite takes no VFS");
}

FailingVfs::~FailingVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

void FailingVfs::arm(IoFault fault, std::int64_t nth, bool from_then_on) {
  fault_ = fault;
  left_ = nth;
  from_then_on_ = from_then_on;
  armed_ = true;
  struck_ = false;
}

bool FailingVfs::strikes(bool of_this_kind) {
  if (!armed_ || !of_this_kind) return false;
  const std::int64_t left = --left_;
  if (left > 0 || (left < 0 && !from_then_on_)) return false;
  struck_ = true;
  return true;
}

int FailingVfs::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  auto* self = static_cast<FailingVfs*>(vfs->pAppData);
  auto* shim = new (file) FailingFile{{nullptr}, self};
  sqlite3_file* real = FailingFile::real(file);
  const int code = self->real_->xOpen(self->real_, name, real, flags, flags_out);
  if (real->pMethods != nullptr) shim->base.pMethods = &kMethods;
  return code;
}

int FailingVfs::last_error(sqlite3_vfs* vfs, int size, char* text) {
  const auto* self = static_cast<const FailingVfs*>(vfs->pAppData);
  return self->struck_ ? self->errno_ : self->real_->xGetLastError(self->real_, size, text);
}

}  // namespace synthbench
