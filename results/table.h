#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/registry.h"
#include "results/format.h"
#include "results/store.h"

namespace synthbench {

/// Which cells a table speaks of.
struct TableOptions {
  std::optional<std::int64_t> sweep{};  ///< one sweep; absent: the whole database
  std::string filter{};                 ///< over v_result, as in query; empty: all
  bool across_env = false;              ///< times of several builds or machines may stand side by side
  bool paper = false;                   ///< published values beside ours
  std::vector<std::string> metrics{};   ///< that are read of the cells; empty: all
  std::vector<std::string> keys{};      ///< of configs, that a table file may name in filters; empty: any word
  std::string typed{};                  ///< " --sweep s3 --only ...": the same as flags, for commands that are offered
};

/// A table that is compiled in: one file in results/tables.
struct TablePreset {
  std::string caption;
  std::function<Table(Store& store, const TableOptions& options)> build;
};
Registry<TablePreset>& tables();

/// FILE.sql and FILE.toml are files of the user's own; every other word is a preset.
bool is_table_file(std::string_view name);

/// A preset by name, a table that FILE.toml declares, or the rows of FILE.sql. Throws UserError for an unknown name, and where times of several builds or
/// machines would be mixed (--across-env).
Table make_table(Store& store, const std::string& preset_or_file, const TableOptions& options);

/// A cell of a table and the attempts behind it.
struct Explained {
  std::string line;  ///< "dense, 512: median_ms = 1.21, from a12 a15"
  std::vector<std::int64_t> attempts{};
  std::size_t row = 0, column = 0;  ///< of the table
};
/// ROW,COLUMN: all cells of that column whose first column has the text ROW. Throws UserError when there is no such row or column.
std::vector<Explained> explained(const Table& table, const std::string& row_and_column);
/// The same with what is known of each attempt: seed, outcome, commit, machine, log, and the command that measures it again.
std::string explain(Store& store, const Table& table, const std::string& row_and_column);
/// [{"row": {"variant": "dense", ...}, "column", "value", "text", "attempts": [{"attempt": "a12", "cell", ...}]}]
OrderedJson explain_json(Store& store, const Table& table, const std::string& row_and_column);

/// One sentence on what the sweep found, computed from the database; nullopt where speed or quality is not there:
/// "random is 1.9x faster than vanilla [1.8, 2.0] at length 512 on eigen and costs 4.0 % perplexity (n = 2)"
std::optional<std::string> verdict_sentence(Store& store, std::int64_t sweep);

}  // namespace synthbench
