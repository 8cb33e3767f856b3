// report --out FILE: one HTML page of all that the database holds; --watch rewrites it while a sweep runs.
#include "results/report.h"

#include <fmt/format.h>
#include <poll.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "harness/base/files.h"
#include "harness/base/units.h"
#include "harness/cli/command.h"
#include "harness/cli/gnuplot.h"
#include "harness/cli/output.h"
#include "harness/cli/selection_flags.h"
#include "harness/stop_signal.h"
#include "results/clock.h"

namespace synthbench {
namespace {

// Seconds: between looks at the database; without a running cell until the sweep has ended; until there is a database with the sweep,
// and then until its first cell.
constexpr double kPoll = 0.5, kQuiet = 3, kPatience = 60;

struct ReportCommand {
  FlagValue out, every;
  bool watch = false;
  SelectionFlags selection;
  DatabaseFlag db;

  void check() const {
    if (!out) throw UserError("report: --out FILE.html is needed");
    const std::filesystem::path path(out.text);
    if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path())) {
      throw UserError(fmt::format("{}: no folder {}", out.where, path.parent_path().string()));
    }
    if (std::filesystem::is_directory(path)) throw UserError(fmt::format("{}: is a folder", out.where));
  }

  void write(Store& store, int reload_s) const {
    ReportOptions options;
    options.selection = selection.options(store);
    options.selection.typed += db.typed();
    options.database = std::filesystem::path(db.path()).filename();
    options.written_at = utc_now();
    options.reload_s = reload_s;
    if (gnuplot_is_here()) {
      options.draw = run_gnuplot;
    } else {
      options.why_no_figures = "not drawn, gnuplot is not installed (apt-get install -y gnuplot-nox)";
    }
    write_file(out.text, report(store, options));
  }

  /// Whether a cell fulfils a condition, in which ?1 is the time: of the sweep that --sweep names, or any.
  bool any_cell(Store& store, const std::string& condition) const {
    const auto sweep = selection.options(store).sweep;
    return !store
                .select("SELECT 1 FROM cell WHERE (?2 IS NULL OR sweep_id=?2) AND " + condition + " LIMIT 1",
                        {seconds_now(), sweep ? Json(*sweep) : Json(nullptr)})
                .empty();
  }
  bool a_cell_runs(Store& store) const { return any_cell(store, "state='running' AND lease_until>?1"); }
  /// Cells wait for a run, or a plan is yet to come.
  bool more_may_come(Store& store) const { return any_cell(store, "state IN('pending', 'running')") || !any_cell(store, "TRUE"); }
  /// Changes with every commit of another process.
  static std::int64_t version(Store& store) { return store.select("PRAGMA data_version").at(0).begin().value(); }

  static void wait(const StopSignal& stop) {
    pollfd wake = {.fd = stop.wake_fd(), .events = POLLIN, .revents = 0};
    (void)::poll(&wake, 1, static_cast<int>(kPoll * 1000));
  }
  static Exit exit_of(const StopSignal& stop) {
    return stop.received() == 0 ? Exit::well : stop.received() == SIGTERM ? Exit::terminated : Exit::interrupted;
  }

  /// A run that was started together with this makes the database, and its sweep in an older one, in a moment. nullptr: stopped
  /// meanwhile.
  std::unique_ptr<Store> open_once_there(const StopSignal& stop) const {
    std::error_code absent;
    const std::uintmax_t size = std::filesystem::file_size(db.path(), absent);
    const bool comes = absent || size == 0;
    for (double waited = 0; stop.received() == 0; waited += kPoll) {
      std::unique_ptr<Store> store;
      try {
        store = Store::open_to_read(db.path());
        (void)selection.options(*store);
        return store;
      } catch (const UserError&) {
        if (!(comes || store) || waited >= kPatience) throw;
        if (waited == 0) fmt::print(stderr, "waiting for {}{}\n", store ? "the sweep that --sweep names, in " : "", db.path());
      }
      wait(stop);
    }
    return nullptr;
  }

  /// Until no cell has been running for a while. What is there at the end is on the page without reloading.
  Exit follow(Store& store, double period, const StopSignal& stop) const {
    std::optional<std::int64_t> written;
    bool begun = false;
    for (double quiet = 0, since = period; quiet < (begun || !more_may_come(store) ? kQuiet : kPatience);) {
      const bool runs = a_cell_runs(store);
      begun = begun || runs;
      quiet = runs ? 0 : quiet + kPoll;
      const std::int64_t now = version(store);
      if (since >= period && written != now) {
        since = 0;
        written = try_to_write(store, std::max(1, static_cast<int>(period))) ? std::optional(now) : std::nullopt;
      }
      wait(stop);
      if (stop.received() != 0) break;
      since += kPoll;
    }
    write(store, 0);
    return exit_of(stop);
  }

  /// A sweep that has no result yet is no error while it is watched.
  bool try_to_write(Store& store, int reload_s) const {
    try {
      write(store, reload_s);
      return true;
    } catch (const NothingDone&) {
      return false;
    }
  }

  Exit run() const {
    check();
    const double period = every ? read_as(every, parse_duration) : 5;
    if (!gnuplot_is_here()) fmt::print(stderr, "without figures: gnuplot is not installed (apt-get install -y gnuplot-nox)\n");
    if (watch) {
      const StopSignal stop;
      const auto store = open_once_there(stop);
      if (!store) return exit_of(stop);
      const Exit exit = follow(*store, period, stop);
      fmt::print(stderr, "{} written\n", out.text);
      return exit;
    }
    const auto store = Store::open_to_read(db.path());
    write(*store, 0);
    fmt::print(stderr, "{} written\n", out.text);
    return Exit::well;
  }
};

const bool registered = commands().add(
    "report",
    {.group = "Look at results",
     .summary = "one HTML page of all tables and figures, with the source of every number",
     .about = "The page needs nothing but itself: it opens from disk, sorts its tables, has a light and a dark look, and prints. Every "
              "number leads to the attempts behind it: seeds, command, log, commit, machine. --watch writes it anew while a sweep runs, "
              "waits a minute for its sweep and its first cell, and ends when none runs.",
     .example = "synthbench report --out report.html\nsynthbench report --watch --out report.html",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<ReportCommand>();
       flags.value("--out", command->out, "FILE", "the page, replaced as a whole");
       flags.toggle("--watch", command->watch, "rewrite it while cells run, until none has been running for 3 seconds");
       flags.value("--every", command->every, "TIME", "with --watch: at most once in this time (default 5s)");
       command->selection.declare(flags);
       command->db.declare(flags);
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
