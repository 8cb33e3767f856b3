#pragma once

#include <optional>
#include <string>

#include "results/migrate.h"
#include "results/sqlite.h"
#include "results/write_lock.h"

namespace synthbench {

struct OpenedToWrite {
  Connection database;
  std::optional<Migrated> migrated;
};
/// Opens PATH for writing under the lock; an absent or empty file becomes a database of the current schema, an older one is migrated.
/// Refuses foreign files, newer versions and network file systems with UserError, and changes no byte of them.
OpenedToWrite open_database_to_write(const std::string& path, WriteLock& lock, double timeout_s);

/// Opens PATH for reading, an older version as it is. Never creates; works beside a writer and in a read-only folder.
Connection open_database_to_read(const std::string& path, double timeout_s);

/// What must hold before PATH.lock may be made: the folder exists, the file system is local, the file is ours, empty or absent.
void check_before_writing(const std::string& path);

/// f_type of statfs(2) -> "NFS", "SMB" ...; empty for file systems on which WAL works.
std::string network_file_system(long type);

}  // namespace synthbench
