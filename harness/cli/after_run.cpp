#include "harness/cli/after_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "harness/cli/cells_text.h"
#include "harness/cli/command.h"
#include "harness/cli/rows.h"
#include "results/format.h"
#include "results/table.h"

namespace synthbench {
namespace {

bool is_data(const std::string& format) { return format == "json" || format == "jsonl" || format == "csv" || format == "sql"; }

void print_cells(const std::string& format, std::vector<Store::CellResult> cells, const Sink& sink) {
  std::erase_if(cells, [](const Store::CellResult& cell) { return cell.state == "excluded"; });
  if (format == "csv" || format == "sql") return sink(format_rows(rows_of(flat_rows(cells)), format));
  const bool array = format == "json";
  if (array) sink("[");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (array) sink(i == 0 ? "\n" : ",\n");
    sink(json_text(cell_json(cells[i])));
    if (!array) sink("\n");
  }
  if (array) sink("\n]\n");
}

/// [[table]] of the grid; without any, the tables that the kinds of its cells call for.
std::vector<std::string> presets_of(const SweepView& view) {
  if (!view.plan.tables.empty()) return view.plan.tables;
  std::vector<std::string> presets;
  const auto kinds = view.store.select(
      "SELECT DISTINCT c.kind AS kind FROM cell JOIN config c USING(config_id) WHERE sweep_id=?1 ORDER BY kind", {view.sweep});
  for (const OrderedJson& row : kinds) {
    if (row["kind"] == "speed") presets.emplace_back("speed");
    if (row["kind"] == "train") presets.insert(presets.begin(), "quality");
  }
  return presets;
}

std::int64_t count(const RunSummary& summary, std::initializer_list<const char*> states) {
  std::int64_t total = 0;
  for (const char* state : states) {
    const auto found = summary.states.find(state);
    if (found != summary.states.end()) total += found->second;
  }
  return total;
}

std::string states_line(const RunSummary& summary) {
  std::string line;
  for (const auto& [state, cells] : summary.states) {
    if (cells > 0) line += fmt::format("{}{} {}", line.empty() ? "" : ", ", cells, state);
  }
  return line.empty() ? "no cells" : line;
}

/// A cell that --force or --retry opened again waits until it is measured, whether or not they are said again; said again they would
/// open those too that have been measured since.
std::vector<std::string> without_reopening(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--force" || words[i].starts_with("--retry=")) continue;
    if (words[i] == "--retry") {
      ++i;  // and its states
      continue;
    }
    out.push_back(words[i]);
  }
  return out;
}

std::string typed(const std::vector<std::string>& words) {
  std::string command = program_name();
  for (const std::string& word : words) command += " " + shell_word(word);
  return command;
}

bool is_unfinished(const RunSummary& summary) { return summary.signal != 0 || count(summary, {"pending", "running"}) > 0; }

/// Two commands that make sense now, each as it is typed.
std::array<std::string, 2> next_commands(const RunSummary& summary, const SweepView& view, const std::vector<std::string>& words) {
  const std::string& db = view.db_flag;
  const std::string program = program_name(), again = typed(without_reopening(words));
  if (is_unfinished(summary)) return {again, fmt::format("{} ls cells{}", program, db)};
  if (count(summary, {"failed", "oom", "timeout", "crashed"}) > 0) {
    return {fmt::format("{} query \"state IN ('failed', 'oom', 'timeout', 'crashed')\"{}", program, db),
            again + " --retry failed,oom,timeout,crashed"};
  }
  const std::vector<std::string> presets = presets_of(view);
  const std::string preset = presets.empty() ? "speed" : presets.front();
  return {fmt::format("{} table {}{} -o tex", program, preset, db), fmt::format("{} show s{}{}", program, view.sweep, db)};
}

}  // namespace

std::vector<std::string> sweep_formats() { return table_formats(); }

void print_sweep(const std::string& format, const SweepView& view, const Sink& sink) {
  if (is_data(format)) return print_cells(format, view.store.results(view.sweep), sink);
  TableOptions options;
  options.sweep = view.sweep;
  options.typed = fmt::format(" --sweep s{}{}", view.sweep, view.db_flag);
  for (const std::string& preset : presets_of(view)) {
    try {
      sink(format_table(make_table(view.store, preset, options), format) + "\n");
    } catch (const UserError& error) {  // times of several builds: the run itself went well
      fmt::print(stderr, "synthbench: table {}: {}\n", preset, error.what());
    }
  }
  const auto sentence = format == "md" ? verdict_sentence(view.store, view.sweep) : std::nullopt;
  if (sentence) sink(*sentence + "\n");
}

std::string farewell(const RunSummary& summary, const SweepView& view, const std::vector<std::string>& words) {
  const char* how = without_reopening(words) == words ? "the same command continues" : "the first command below continues";
  std::string text = fmt::format("\n{}: {} attempts started\n", states_line(summary), summary.attempts);
  if (summary.signal != 0) text += fmt::format("Interrupted; {}.\n", how);
  if (summary.signal == 0 && count(summary, {"pending"}) > 0) text += fmt::format("Not all cells were tried; {}.\n", how);
  text += "Next:\n";
  for (const std::string& command : next_commands(summary, view, words)) text += "  " + command + "\n";
  return text + "Results: " + view.db_path + "\n";
}

}  // namespace synthbench
