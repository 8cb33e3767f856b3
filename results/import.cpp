// Cells and attempts of another database, written in one transaction.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <tuple>

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
    const auto [place, first] = cells_.try_emplace(cell);
    if (first && !is_new) hear_ourselves(cell, place->second);
    hear(line, place->second);
    if (line.uid.empty()) return;
    if (find_attempt_.bind(line.uid).step()) {
      const std::int64_t known = find_attempt_.integer(0);
      const bool runs = find_attempt_.text(1) == "running";
      if (!says_less(cell, line)) {
        ++counts_.known;
        if (!runs) counts_.scores += unite_scores(database_, known, line.result);  // its own rows are still to come
        return;
      }
      if (runs) free_cell_.run(cell);
      end_attempt(database_, known, if_any(line.ended_at), line.result);
      replace_rows(database_, known, line.result);
    } else {
      insert_attempt(cell, line);
    }
    place->second.gains = true;
    ++counts_.attempts;
  }

  /// Cells take the state that follows from their attempts, or what was said of them otherwise.
  Store::Imported finish() {
    for (const auto& [cell, heard] : cells_) {
      if (heard.gains) renumber(cell);
      if (!heard.follows && !heard.said.state.empty()) {
        tell(cell, heard.said);
      } else if (heard.gains || !heard.settled) {
        settle_cell(database_, cell);
      }
    }
    return counts_;
  }

 private:
  /// A state that attempts do not imply.
  struct Said {
    std::string state, reason, result_uid;

    /// From what knows least to what knows most; what is equal is ordered by its text, so that nothing depends on who spoke first.
    auto weight() const {
      static const std::vector<std::string> kStates = {"",        "pending", "excluded", "unsupported", "failed",
                                                       "crashed", "timeout", "oom",      "reused",      "done"};
      return std::tuple(std::ranges::find(kStates, state) - kStates.begin(), std::tie(reason, result_uid));
    }
  };
  /// What both sides say of a cell.
  struct Heard {
    bool follows = false;  ///< one of them: what its attempts imply. Then it is what all attempts imply
    bool gains = false;    ///< an attempt
    bool settled = false;  ///< the cell is here, in the state that its attempts imply
    Said said{};           ///< that weighs most

    void hear(const Said& other) {
      if (said.weight() < other.weight()) said = other;
    }
  };

  /// A cell that waits and was never tried says nothing. Nor do attempts that were interrupted.
  static void hear(const ExchangeLine& line, Heard& heard) {
    const CellRow& cell = line.cell;
    if (!line.uid.empty() && !line.apart) {
      heard.follows = heard.follows || line.result.outcome != "abandoned";
    } else if (cell.state != "pending" || !cell.reason.empty() || line.apart) {
      heard.hear({cell.state, cell.reason, line.result_uid});
    }
  }
  void hear_ourselves(std::int64_t cell, Heard& heard) const {
    CellStanding here = standing_of(database_, cell);
    if (here.state == "running") here.state = "pending";  // as an export says it
    const bool apart = here.state != here.end.state || here.reason != here.end.reason;
    heard.settled = !apart;
    heard.follows = !apart && here.state != "pending";
    if (apart) heard.hear({here.state, here.reason, here.state == "reused" ? here.result_uid : ""});
  }

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

  void insert_attempt(std::int64_t cell, const ExchangeLine& line) {
    const AttemptResult& result = line.result;
    insert_attempt_.run(line.uid, cell, insert_build(database_, line.build), insert_env(database_, line.env), line.started_at,
                        if_any(line.ended_at), result.outcome, result.exit_code, result.term_signal, result.error_class, result.reason,
                        line.repro_cmd, result.log_path, result.kernel, result.kernel_label, result.volatile_facts.dump(),
                        result.peak_rss_bytes, result.peak_dev_bytes, result.first_call_ns, result.noisy);
    insert_rows(database_, database_.last_insert_id(), result);
  }

  static std::optional<std::string> if_any(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

  /// Whether the attempt that was found last knows less than a line of the same one: it runs here, in a copy that was made while it ran,
  /// or its lease ran out in such a copy. That a lease ran out elsewhere ends nothing that is alive here; where it ran out in two copies,
  /// the earlier time stays. Lines are of attempts that have ended.
  bool says_less(std::int64_t cell, const ExchangeLine& line) {
    constexpr std::string_view kExpired = "lease_expired";
    const bool expired = line.result.error_class == kExpired;
    if (find_attempt_.text(1) == "running") return !expired || !find_lease_.bind(cell, seconds_now()).step();
    if (find_attempt_.text(2) != kExpired) return false;
    const std::string here = find_attempt_.text(3), there = line.ended_at;
    return !expired || (!there.empty() && (here.empty() || there < here));
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
  Statement find_attempt_ =
      database_.prepare("SELECT attempt_id, outcome, error_class, coalesce(ended_at, '') FROM attempt WHERE attempt_uid=?");
  Statement find_lease_ = database_.prepare("SELECT 1 FROM cell WHERE cell_id=? AND state='running' AND lease_until>=?");
  Statement free_cell_ = database_.prepare(
      "UPDATE cell SET state='pending', reason='', owner=NULL, lease_until=NULL, result_attempt_id=NULL WHERE cell_id=? AND "
      "state='running'");
  Statement insert_attempt_ = database_.prepare(
      R"(INSERT INTO attempt(attempt_uid, cell_id, n, build_id, env_id, started_at, ended_at, outcome, exit_code, term_signal, error_class,
                             error_msg, repro_cmd, log_path, kernel, kernel_label, volatile_json, peak_rss_bytes, peak_dev_bytes,
                             first_call_ns, noisy)
         VALUES(?1, ?2, (SELECT coalesce(max(n), 0) + 1 FROM attempt WHERE cell_id=?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,
                ?14, ?15, ?16, ?17, ?18, ?19, ?20))");
  std::map<std::pair<std::string, std::string>, std::int64_t> sweeps_;
  std::map<std::int64_t, Heard> cells_;
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

std::string told(const Store::Imported& counts, const char* how) {
  const std::string scores = counts.scores > 0 ? fmt::format(" ({} scores of theirs are new)", counts.scores) : "";
  return fmt::format("{} attempts {}, {} were here already{}; {} new cells", counts.attempts, how, counts.known, scores, counts.cells);
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
    sum.scores += counts.scores;
    for (std::string& line : merge_references(to, *source)) sum.doubtful.push_back(std::move(line));
  }
  return sum;
}

}  // namespace synthbench
