// Cells and attempts of another database, written in one transaction.
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "results/attempt_rows.h"
#include "results/clock.h"
#include "results/config_writer.h"
#include "results/exchange.h"
#include "results/llama_bench.h"
#include "results/place_rows.h"
#include "results/reference_merge.h"
#include "results/row_json.h"
#include "results/settle.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

class Importer {
 public:
  explicit Importer(const Connection& database) : database_(database), configs_(database) {}

  void add(const ExchangeLine& line) {
    const auto [cell, is_new] = cell_of(line);
    if (is_new) ++counts_.cells;
    const bool settles = line.uid.empty() || line.apart;
    if (settles && (is_new || new_cells_.contains(cell) || waits(cell))) said_[cell] = {line.cell.state, line.cell.reason, line.result_uid};
    if (is_new) new_cells_.insert(cell);
    if (line.uid.empty()) return;
    if (known(line.uid)) {
      ++counts_.known;
      return;
    }
    insert_attempt(cell, line);
    touched_.insert(cell);
    ++counts_.attempts;
  }

  /// Cells take the state that follows from their attempts, or what a line said of a cell that is new here.
  Store::Imported finish() {
    for (const std::int64_t cell : touched_) {
      renumber(cell);
      if (!said_.contains(cell) || !new_cells_.contains(cell)) settle_cell(database_, cell);
    }
    for (const auto& [cell, said] : said_) {
      if (touched_.contains(cell) && !new_cells_.contains(cell)) continue;
      tell(cell, said);
    }
    return counts_;
  }

 private:
  struct Said {
    std::string state, reason, result_uid;
  };

  std::int64_t sweep_of(const ExchangeLine& line) {
    const auto [place, is_new] = sweeps_.try_emplace({line.sweep.name, line.sweep.plan_sha}, 0);
    if (!is_new) return place->second;
    // Of two that planned the same, the earlier one: the order of importing decides nothing.
    database_
        .prepare(R"(INSERT INTO sweep(name, spec_toml, plan_sha, argv_json, created_at) VALUES(?, ?, ?, ?, ?)
                    ON CONFLICT(name, plan_sha) DO UPDATE SET spec_toml=excluded.spec_toml, argv_json=excluded.argv_json,
                                                              created_at=excluded.created_at
                    WHERE (excluded.created_at, excluded.argv_json, excluded.spec_toml) < (sweep.created_at, sweep.argv_json, sweep.spec_toml))")
        .run(line.sweep.name, line.sweep.spec_toml, line.sweep.plan_sha, line.sweep.argv.dump(),
             line.created_at.empty() ? utc_now() : line.created_at);
    Statement find = database_.prepare("SELECT sweep_id FROM sweep WHERE name=? AND plan_sha=?");
    return place->second = find.bind(line.sweep.name, line.sweep.plan_sha).step() ? find.integer(0) : 0;
  }

  std::pair<std::int64_t, bool> cell_of(const ExchangeLine& line) {
    const std::int64_t sweep = sweep_of(line), config = configs_.id(line.cell);
    if (find_cell_.bind(sweep, config, line.cell.seed).step()) return {find_cell_.integer(0), false};
    insert_cell_.run(sweep, config, line.cell.seed, line.cell.ordinal);
    return {database_.last_insert_id(), true};
  }

  bool known(const std::string& uid) { return find_attempt_.bind(uid).step(); }

  /// Pending, and nothing was tried yet: whoever knows more may say it.
  bool waits(std::int64_t cell) {
    Statement find =
        database_.prepare("SELECT 1 FROM cell WHERE cell_id=?1 AND state='pending' AND NOT EXISTS(SELECT 1 FROM attempt WHERE cell_id=?1)");
    return find.bind(cell).step();
  }

  void insert_attempt(std::int64_t cell, const ExchangeLine& line) {
    const AttemptResult& result = line.result;
    const auto time = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
    insert_attempt_.run(line.uid, cell, insert_build(database_, line.build), insert_env(database_, line.env), line.started_at,
                        time(line.ended_at), result.outcome, result.exit_code, result.term_signal, result.error_class, result.reason,
                        line.repro_cmd, result.log_path, result.kernel, result.kernel_label, result.volatile_facts.dump(),
                        result.peak_rss_bytes, result.peak_dev_bytes, result.first_call_ns, result.noisy);
    insert_rows(database_, database_.last_insert_id(), result);
  }

  /// Attempts count in the order in which they started, wherever they were made. Negative numbers are nobody's.
  void renumber(std::int64_t cell) {
    renumber_.run(cell);
    make_positive_.run(cell);
    count_attempts_.run(cell);
  }

  void tell(std::int64_t cell, const Said& said) {
    std::optional<std::int64_t> result;
    if (said.state == "reused") {
      if (!find_attempt_.bind(said.result_uid).step()) {
        throw UserError(fmt::format("a reused cell has the result of attempt {}, which is neither in the file nor here", said.result_uid));
      }
      result = find_attempt_.integer(0);
    } else if (said.state == "done") {
      throw UserError("cell_state is done although the cell's attempts say otherwise");
    }
    database_.prepare("UPDATE cell SET state=?, reason=?, result_attempt_id=? WHERE cell_id=? AND state<>'running'")
        .run(said.state, said.reason, result, cell);
  }

  const Connection& database_;
  ConfigWriter configs_;
  Statement find_cell_ = database_.prepare("SELECT cell_id FROM cell WHERE sweep_id=? AND config_id=? AND seed=?");
  Statement renumber_ = database_.prepare(
      R"(UPDATE attempt SET n=-(SELECT count(*) FROM attempt b WHERE b.cell_id=?1 AND
                                (b.started_at, b.attempt_uid) <= (attempt.started_at, attempt.attempt_uid)) WHERE cell_id=?1)");
  Statement make_positive_ = database_.prepare("UPDATE attempt SET n=-n WHERE cell_id=?1");
  Statement count_attempts_ =
      database_.prepare("UPDATE cell SET attempts=(SELECT count(*) FROM attempt WHERE cell_id=?1) WHERE cell_id=?1");
  Statement insert_cell_ = database_.prepare("INSERT INTO cell(sweep_id, config_id, seed, ordinal) VALUES(?, ?, ?, ?)");
  Statement find_attempt_ = database_.prepare("SELECT attempt_id FROM attempt WHERE attempt_uid=?");
  Statement insert_attempt_ = database_.prepare(
      R"(INSERT INTO attempt(attempt_uid, cell_id, n, build_id, env_id, started_at, ended_at, outcome, exit_code, term_signal, error_class,
                             error_msg, repro_cmd, log_path, kernel, kernel_label, volatile_json, peak_rss_bytes, peak_dev_bytes,
                             first_call_ns, noisy)
         VALUES(?1, ?2, (SELECT coalesce(max(n), 0) + 1 FROM attempt WHERE cell_id=?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                ?14, ?15, ?16, ?17, ?18, ?19, ?20))");
  std::map<std::pair<std::string, std::string>, std::int64_t> sweeps_;
  std::set<std::int64_t> new_cells_, touched_;
  std::map<std::int64_t, Said> said_;
  Store::Imported counts_;
};

/// The lines of a file with the place of each, for error texts. A file that begins with '[' is one list of rows (llama-bench -o json).
class LineFile {
 public:
  explicit LineFile(const std::string& path) : path_(path), file_(path, std::ios::binary) {
    if (!file_) throw UserError("cannot read " + path);
    is_list_ = begins_with_list_of_rows();
    if (is_list_) list_ = parsed(std::string(std::istreambuf_iterator<char>(file_), {}));
  }
  /// The next line that is not blank, or the next row of the list; nullopt at the end.
  std::optional<ExchangeLine> next(const ConfigReader& config) {
    if (is_list_)
      return number_ < std::ssize(list_) ? std::optional(line_of(list_[static_cast<std::size_t>(number_++)], config)) : std::nullopt;
    for (std::string text; std::getline(file_, text);) {
      ++number_;
      if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
      return line_of(parsed(text), config);
    }
    return std::nullopt;
  }
  std::string place() const { return fmt::format("{}:{}{}: ", path_, is_list_ ? "row " : "", number_); }

 private:
  /// A line that is a list of numbers is a malformed line.
  bool begins_with_list_of_rows() {
    char first = 0, second = 0;
    file_ >> first >> second;
    file_.clear();
    file_.seekg(0);
    return first == '[' && second == '{';
  }
  Json parsed(const std::string& text) const {
    try {
      return Json::parse(text);
    } catch (const nlohmann::json::exception&) {
      throw UserError(place() + "not JSON");
    }
  }
  ExchangeLine line_of(const Json& json, const ConfigReader& config) const {
    try {
      return is_llama_bench_row(json) ? llama_bench_line(json, config) : exchange_line(json, config);
    } catch (const UserError& error) {
      throw UserError(place() + error.what());
    } catch (const MalformedRow& error) {
      throw UserError(place() + error.what());
    } catch (const nlohmann::json::exception& error) {
      throw UserError(place() + error.what());
    }
  }

  std::string path_;
  std::ifstream file_;
  Json list_;
  bool is_list_ = false;
  std::int64_t number_ = 0;  ///< of the line or row that was read last, from 1
};

}  // namespace

Store::Imported SqliteStore::import_lines(const std::function<std::optional<ExchangeLine>()>& next) {
  Write write = begin();
  Importer importer(database_);
  while (const auto line = next()) importer.add(*line);
  const Imported counts = importer.finish();
  write.commit();
  return counts;
}

Store::Imported import_file(const std::string& path, const std::function<Store&()>& open, const ConfigReader& config) {
  LineFile check(path);
  std::int64_t lines = 0;
  while (check.next(config)) ++lines;
  if (lines == 0) throw NothingDone(path + " holds no lines");
  LineFile file(path);
  try {
    return open().import_lines([&] { return file.next(config); });
  } catch (const SqliteError& error) {
    throw UserError(file.place() + error.what());
  }
}

Store::Imported merge_files(Store& to, const std::vector<std::string>& paths) {
  std::vector<std::unique_ptr<Store>> sources;
  for (const std::string& path : paths) sources.push_back(Store::open_to_read(path));
  Store::Imported sum;
  for (const auto& source : sources) {
    LineReader lines(*source, std::nullopt);
    const Store::Imported counts = to.import_lines([&] { return lines.next(); });
    sum.attempts += counts.attempts;
    sum.known += counts.known;
    sum.cells += counts.cells;
    for (std::string& line : merge_references(to, *source)) sum.doubtful.push_back(std::move(line));
  }
  return sum;
}

}  // namespace synthbench
