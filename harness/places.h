#pragma once

#include <filesystem>
#include <string>

#include "results/store.h"

namespace synthbench {

/// Where things lie beside a database: DB.logs/UID.log holds what an attempt's workers say, DB.artifacts/cN what a training
/// keeps (checkpoints belong to the cell: its next attempt continues from them).
class Places {
 public:
  explicit Places(const std::string& db_path) : db_(std::filesystem::absolute(db_path)) {}

  /// Makes the folder. Throws UserError when that is impossible.
  std::string log_of(const ClaimedCell& cell) const;
  /// Where the log of an attempt lies whose supervisor died before it stored that, as it would be stored.
  std::string unstored_log(const std::string& attempt_uid) const { return relative((folder(".logs") / (attempt_uid + ".log")).string()); }
  /// After the attempt: the log's path as it is stored, or "" when nobody said a word; then the file is taken away.
  std::string keep_log_of(const ClaimedCell& cell) const;
  /// At the end of a run: takes the folder of logs away if nothing is in it.
  void tidy() const;
  std::string artifacts_of(const ClaimedCell& cell) const;
  std::filesystem::path logs() const { return folder(".logs"); }
  std::filesystem::path artifacts() const { return folder(".artifacts"); }
  /// As it is stored: relative to the database's folder where it lies below it.
  std::string relative(const std::string& path) const;

 private:
  std::filesystem::path folder(const char* suffix) const { return db_.string() + suffix; }
  std::filesystem::path log(const ClaimedCell& cell) const { return folder(".logs") / (cell.attempt_uid + ".log"); }

  std::filesystem::path db_;
};

}  // namespace synthbench
