#include "results/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/base/error.h"

namespace synthbench {
namespace {

/// A file that goes away unless it was kept.
class PartFile {
 public:
  explicit PartFile(const std::string& wanted) : wanted_(wanted), path_(fmt::format("{}.part{}", wanted, ::getpid())) {}
  ~PartFile() {
    ::unlink(path_.c_str());
    ::unlink((path_ + "-journal").c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }
  /// A link fails where a rename would overwrite.
  void keep() const {
    if (::link(path_.c_str(), wanted_.c_str()) == 0) return;
    throw UserError(errno == EEXIST ? wanted_ + " exists already and is not overwritten"
                                    : fmt::format("cannot write {}: {}", wanted_, std::strerror(errno)));
  }

 private:
  std::string wanted_, path_;
};

}  // namespace

void back_up(const Connection& database, const std::string& file) {
  if (::access(file.c_str(), F_OK) == 0) throw UserError(file + " exists already and is not overwritten");
  const PartFile part(file);
  {
    const Connection copy(part.path(), Connection::Mode::write, 0);
    sqlite3_backup* const backup = sqlite3_backup_init(copy.handle(), "main", database.handle(), "main");
    if (backup == nullptr) copy.fail(sqlite3_errcode(copy.handle()));
    constexpr int kAllPages = -1;  // in one step: nobody who writes meanwhile makes it start again
    const int code = sqlite3_backup_step(backup, kAllPages);
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) copy.fail(code);
  }
  part.keep();
}

}  // namespace synthbench
