// Lines and columns that a file declares: the tables of the papers. Configs that differ in more than lines and columns say are
// never averaged: what they differ in becomes a column of its own.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/base/words.h"
#include "results/paper_values.h"
#include "results/significance.h"
#include "results/table_columns.h"
#include "results/table_lines.h"
#include "results/table_marks.h"
#include "results/table_notes.h"
#include "results/table_shapes.h"

namespace synthbench {
namespace {

std::string joined_format(std::string text, const std::map<std::string, std::string>& places) {
  for (const auto& [name, value] : places) {
    const std::string place = "{" + name + "}";
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place)) text.replace(at, place.size(), value);
  }
  return text;
}

class Rows {
 public:
  Rows(Store& store, const TableSpec& spec, const TableOptions& options)
      : store_(store),
        spec_(spec),
        rows_(rows_of(store, spec, options)),
        measures_(rows_),
        mixed_(places_of(rows_.cells).size() > 1 && !options.across_env),
        any_(!rows_.cells.rows.empty()),
        lines_(spec, rows_.axes, facts(),
               [this](std::size_t config, const TableColumn& column) { return cell_of(config, column).value.dump(); }) {}

  Table ours() {
    if (!any_)
      throw NothingDone("no cells for this table: " + spec_.caption + (spec_.paper.empty() ? "" : " (--paper shows the published values)"));
    Table table{.caption = caption(), .columns = first_columns(), .rows = {}, .notes = {}};
    for (const TableColumn& column : spec_.columns) {
      if (shown(column)) table.columns.push_back(column.name);
    }
    for (const Line& line : lines_.all()) table.rows.push_back(cells_of(line));
    mark(table);
    tell_seeds(table);
    add_notes(table);
    return table;
  }

  /// A line for each number: published, ours, their difference with its interval, n.
  Table beside_paper() const {
    const PaperTable paper = published(store_, spec_.paper, spec_.published);
    Table table{.caption = caption() + "; published: " + paper.source, .columns = first_columns(), .rows = {}, .notes = {}};
    for (const char* name : {"measure", "published", "ours", "difference", "interval", "n"}) table.columns.emplace_back(name);
    for (const Line& line : lines_.all()) {
      for (const TableColumn& column : spec_.columns) {
        const auto known = std::ranges::find_if(
            paper.values, [&](const PaperValue& one) { return one.row == line.row->label && one.column == column.name; });
        const bool here = line.configs.contains(&column);
        if (known == paper.values.end() && !here) continue;
        table.rows.push_back(compared(line, column, known == paper.values.end() ? nullptr : &*known));
      }
    }
    if (table.rows.empty()) throw NothingDone("nothing was published for this table: " + spec_.caption);
    add_notes(table);
    for (const TableColumn& column : spec_.columns) {
      const auto other = [&](const Line& line) { return line.configs.contains(&column) && !alike(line, column); };
      if (std::ranges::any_of(lines_.all(), other)) table.notes.push_back(column.name + ": no difference, " + why_not_alike(column));
    }
    table.notes.emplace_back(
        "difference: ours minus published; interval: its 95 %, by Student's t over our n seeds (one seed has none, nor has a size)");
    for (const std::string& note : paper.notes) table.notes.push_back("published: " + note);
    return table;
  }

 private:
  const std::vector<ConfigFacts>& facts() const { return rows_.cells.rows; }
  bool shown(const TableColumn& column) const { return !column.one_place || !mixed_; }

  /// The configs that the table speaks of: notes, axes and caption shall not tell of others.
  static Timings rows_of(Store& store, const TableSpec& spec, const TableOptions& options) {
    TableOptions what = options;
    what.metrics = metrics_to_read(metrics_of(spec.columns));
    Timings rows = read_rows(store, what, spec.kinds, false);
    keep_cells(store, rows.cells, [&](const Json& config) { return !places_of(spec, config).empty(); });
    if (spec.one_place && !options.across_env) refuse_mixed_places(store, rows.cells);
    rows.axes = axes_of(rows.cells.rows);
    return rows;
  }

  std::string caption() const { return spec_.caption + (rows_.axes.constants.empty() ? "" : "; " + rows_.axes.constants); }

  std::vector<std::string> first_columns() const {
    std::vector<std::string> out = {spec_.first_column};
    out.insert(out.end(), lines_.loose_keys().begin(), lines_.loose_keys().end());
    for (std::string& name : place_columns(rows_.axes)) out.push_back(std::move(name));
    return out;
  }

  std::vector<TableCell> first_cells(const Line& line) const {
    std::vector<TableCell> out = {{.value = line.row->label}};
    for (const Json& value : line.loose) out.push_back(value.is_null() ? nothing_cell() : TableCell{.value = OrderedJson(value)});
    for (TableCell& cell : place_cells(store_, rows_.axes, line.build, line.env)) out.push_back(std::move(cell));
    for (TableCell& cell : out) {
      for (const auto& [column, config] : line.configs) {
        for (const std::int64_t attempt : facts()[config].attempts()) {
          if (std::ranges::count(cell.attempts, attempt) == 0) cell.attempts.push_back(attempt);
        }
      }
    }
    return out;
  }

  std::vector<TableCell> cells_of(const Line& line) const {
    std::vector<TableCell> out = first_cells(line);
    for (const TableColumn& column : spec_.columns) {
      if (shown(column)) out.push_back(cell_of(line, column));
    }
    return out;
  }

  TableCell cell_of(const Line& line, const TableColumn& column) const {
    const auto says = std::ranges::find_if(line.row->says, [&](const auto& said) { return said.first == column.name; });
    if (says != line.row->says.end()) return {.value = says->second};
    if (column.metric.empty() || !line.row->where) return nothing_cell();
    const auto found = line.configs.find(&column);
    if (found == line.configs.end()) return {.value = "n/a (not run)"};
    return cell_of(found->second, column);
  }

  TableCell cell_of(std::size_t config, const TableColumn& column) const {
    TableCell cell = facts()[config].done.empty() ? TableCell{.value = facts()[config].absence()} : number(config, column);
    cell.attempts = facts()[config].attempts();
    return cell;
  }

  /// The values of a place in the column's unit.
  std::vector<double> values(std::size_t config, const TableColumn& column) const {
    std::vector<double> out = measures_.values(config, column.metric);
    if (out.empty() && column.metric == "parameters") out.push_back(static_cast<double>(facts()[config].params));
    for (double& value : out) value = measures_.scaled(value, column);
    return out;
  }

  TableCell number(std::size_t config, const TableColumn& column) const {
    const std::vector<double> all = values(config, column);
    if (all.empty()) return {.value = facts()[config].not_finite(column.metric).empty() ? "n/a (not measured)" : "n/a (not finite)"};
    const std::string suffix = column.unit == "M" || column.unit == "T" ? column.unit : "";  // as papers print it
    const auto text = [&](double value) { return format_number(value, column.digits) + suffix; };
    const auto sd = standard_deviation(all);
    const double middle = column.largest ? std::ranges::max(all) : mean(all);
    return {.value = middle,
            .text = joined_format(column.format, {{"mean", text(middle)},
                                                  {"sd", sd ? format_number(*sd, 2) : "–"},
                                                  {"min", text(std::ranges::min(all))},
                                                  {"max", text(std::ranges::max(all))},
                                                  {"n", std::to_string(all.size())}})};
  }

  static bool is_count(const TableColumn& column) { return column.metric == "parameters"; }

  /// Whether ours can be subtracted from what was published: a quality or a size for the same data, and no time of another machine.
  bool alike(const Line& line, const TableColumn& column) const {
    const auto found = line.configs.find(&column);
    if (found == line.configs.end() || column.one_place) return false;
    if (column.published.empty()) return !is_count(column);
    return facts()[found->second].text("data.name") == column.published;
  }
  static std::string why_not_alike(const TableColumn& column) {
    if (column.one_place) return "as published times are those of other machines";
    return column.published.empty() ? "as published sizes are those of other models" : "as the published values are of " + column.published;
  }

  std::vector<TableCell> compared(const Line& line, const TableColumn& column, const PaperValue* paper) const {
    std::vector<TableCell> out = first_cells(line);
    out.push_back({.value = column.name});
    const double scale = column.unit == "M" ? 1e6 : column.unit == "T" ? 1e12 : 1;
    const double theirs = paper == nullptr ? 0 : paper->value / scale;
    out.push_back(paper == nullptr ? nothing_cell() : TableCell{.value = theirs, .text = paper->text});
    const auto found = line.configs.find(&column);
    TableCell mine = shown(column) ? cell_of(line, column) : TableCell{.value = "n/a (several machines)"};
    const bool both = paper != nullptr && mine.value.is_number() && alike(line, column);
    const std::vector<double> all = mine.value.is_number() ? values(found->second, column) : std::vector<double>();
    const std::vector<std::int64_t> attempts = mine.attempts;
    const TableCell difference = both ? signed_cell(mine.value.get<double>() - theirs, column.digits) : nothing_cell();
    out.push_back(std::move(mine));
    out.push_back(difference);
    auto interval = all.size() >= 2 && both && !is_count(column) ? t_interval(all) : std::nullopt;
    if (interval) interval = Interval{interval->lo - theirs, interval->hi - theirs};
    out.push_back(interval_cell(interval, column.digits));
    out.push_back(all.empty() ? nothing_cell() : TableCell{.value = all.size()});
    for (TableCell& cell : out) cell.attempts = attempts;
    return out;
  }

  static TableCell signed_cell(double value, int digits) {
    TableCell cell = number_cell(value, digits);
    if (value > 0) cell.text = "+" + cell.text;
    return cell;
  }

  void mark(Table& table) {
    Marks marks(store_);
    for (const TableColumn& column : spec_.columns) {
      if (!column.best || !shown(column)) continue;
      const auto at = static_cast<std::size_t>(std::ranges::find(table.columns, column.name) - table.columns.begin());
      std::map<std::string, std::vector<Contender>> groups;
      for (std::size_t i = 0; i < lines_.all().size(); ++i) {
        const Line& line = lines_.all()[i];
        const auto found = line.configs.find(&column);
        if (found == line.configs.end() || !table.rows[i][at].value.is_number()) continue;
        groups[lines_.compared_with(line)].push_back({&facts()[found->second], &table.rows[i][at]});
      }
      for (auto& [name, group] : groups) marks.compare(std::move(group), column.metric, column.better);
    }
    marks.set();
    mark_note_ = marks.note();
  }

  /// Numbers of fewer seeds than others of their column say so; a format with {n} does so by itself.
  void tell_seeds(Table& table) const {
    for (const TableColumn& column : spec_.columns) {
      if (!shown(column) || column.metric == "parameters" || column.format.find("{n}") != std::string::npos) continue;
      const auto at = static_cast<std::size_t>(std::ranges::find(table.columns, column.name) - table.columns.begin());
      std::vector<CountedCell> cells;
      std::size_t most = 0;
      for (std::size_t i = 0; i < lines_.all().size(); ++i) {
        const auto found = lines_.all()[i].configs.find(&column);
        if (found == lines_.all()[i].configs.end() || !table.rows[i][at].value.is_number()) continue;
        cells.push_back({&table.rows[i][at], values(found->second, column).size()});
        most = std::max(most, cells.back().seeds);
      }
      for (CountedCell& one : cells) one.most = most;
      tell_fewer_seeds(cells);
    }
  }

  void add_notes(Table& table) const {
    std::vector<TableColumn> columns = spec_.columns;
    std::erase_if(columns, [&](const TableColumn& column) { return !shown(column); });
    if (any_) table.notes = notes_under(store_, rows_.cells, rows_.axes, metrics_of(columns));
    if (mark_note_) table.notes.push_back(*mark_note_);
    if (!lines_.loose_keys().empty())
      table.notes.push_back("several configs stand behind one label: they differ in " + join(lines_.loose_keys()));
    for (const TableColumn& column : spec_.columns) {
      if (!column.note.empty()) table.notes.push_back(column.name + ": " + column.note);
      if (!shown(column))
        table.notes.push_back(column.name + " is left out: times of several builds or machines are not mixed (--across-env shows them)");
    }
    for (const std::string& note : spec_.notes) table.notes.push_back(note);
  }

  Store& store_;
  const TableSpec& spec_;
  Timings rows_;
  Measures measures_;
  bool mixed_, any_;
  Lines lines_;
  std::optional<std::string> mark_note_;
};

}  // namespace

Table table_of_rows(Store& store, const TableSpec& spec, const TableOptions& options) {
  Rows rows(store, spec, options);
  return options.paper ? rows.beside_paper() : rows.ours();
}

}  // namespace synthbench
