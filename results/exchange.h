#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "results/settle.h"
#include "results/store.h"

namespace synthbench {

/// One line of an export: an attempt with everything that it left behind, or a cell that has no attempt of its own.
struct ExchangeLine {
  Store::SweepRow sweep;
  std::string created_at;  ///< of the sweep; empty: unknown
  CellRow cell;            ///< its state and reason count where there is no attempt, or where `apart` says so
  std::string result_uid;  ///< of a reused cell: the attempt whose result it has
  /// The cell is not in the state that its attempts give it (end_of), because it was opened again or reuses another's result.
  bool apart = false;

  std::string uid;  ///< empty: no attempt, and nothing below is meant
  BuildRow build;
  EnvRow env;
  std::string started_at, ended_at, repro_cmd;
  AttemptResult result;
};

/// {"uid","sweep":{...},"config":{...},"seed","state","reason","kernel","build":{...},"env":{...},"metrics":{...},"samples",...}
OrderedJson to_json(const ExchangeLine& line);

/// The config of a line as a row: checked, with its hash and counts. Throws UserError for what is no config.
using ConfigReader = std::function<CellRow(const Json& config)>;
/// Throws MalformedRow or UserError that says what is wrong, without the place.
ExchangeLine exchange_line(const Json& json, const ConfigReader& config);

/// Every cell and attempt of a database, or of one sweep, line by line in the order of sweeps and plans. An attempt that is still
/// running is left out, its cell is pending.
class LineReader {
 public:
  LineReader(Store& store, std::optional<std::int64_t> sweep);
  std::optional<ExchangeLine> next();

 private:
  void read_cell(std::int64_t cell);

  Store& store_;
  std::vector<OrderedJson> cells_;  ///< ids
  std::size_t next_cell_ = 0;
  std::deque<ExchangeLine> lines_;  ///< of the cell that was read last
};

/// Reads FILE twice, line by line: a malformed line is a UserError "FILE:LINE: ..." before anything is opened. Then writes all
/// lines in one transaction. open: gives the store to write to. Throws NothingDone for a file without lines.
Store::Imported import_file(const std::string& path, const std::function<Store&()>& open, const ConfigReader& config);

/// Takes over everything of other databases in their order, also what is no attempt (reference_merge.h); of attempts that run in a
/// copy the end that another one knows. All are opened, and refused by name, before the first is read.
Store::Imported merge_files(Store& to, const std::vector<std::string>& paths);

/// "3 attempts merged, 2 were here already; 1 new cells". how: "merged".
std::string told(const Store::Imported& counts, const char* how);

}  // namespace synthbench
