#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "harness/cli/flags.h"
#include "results/store.h"

namespace synthbench {

/// Where text goes, piece by piece: a plan of a million cells is never held whole.
using Sink = std::function<void(std::string_view)>;

/// Writes to stdout. A closed pipe is no error: the rest is dropped. Throws std::runtime_error when the disk is full.
void write_stdout(std::string_view text);

/// -o, --out, -oe: the formats of what a command prints, and where it goes.
class OutputFlags {
 public:
  /// formats: those that this command knows, the default for people first.
  void declare(FlagSet& flags, std::vector<std::string> formats);

  /// Throws UserError for an unknown format.
  std::string format() const;
  bool second() const { return static_cast<bool>(output_err_); }
  /// All that will be printed: that of stdout or --out, then that of -oe where there is one.
  std::vector<std::string> printed() const;
  /// Calls print(format, sink) for stdout or --out FILE (a sibling that is renamed), and for -oe.
  void print(const std::function<void(const std::string& format, const Sink& sink)>& printer) const;
  /// Refuses bad formats and an --out that cannot be written before any work is done.
  void check() const;

 private:
  std::vector<std::string> formats_;
  FlagValue output_, out_, output_err_;
};

/// --db, declared alike everywhere.
class DatabaseFlag {
 public:
  void declare(FlagSet& flags);
  /// What a link leads to, so that its lock and its log are those of the file.
  std::string path() const;
  /// " --db FILE" for commands that are offered; empty where it is the default.
  std::string typed() const;
  /// Makes the database where there is none, and says on stderr where an older file was migrated.
  std::unique_ptr<Store> open_to_write() const;
  /// The same of a database that must be there: changing one makes none.
  std::unique_ptr<Store> open_to_change() const;

 private:
  FlagValue db_;
};

}  // namespace synthbench
