// A line for each config: what tells configs apart, then what was measured.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/base/error.h"
#include "results/complexity.h"
#include "results/table_columns.h"
#include "results/table_marks.h"
#include "results/table_notes.h"
#include "results/table_shapes.h"

namespace synthbench {
namespace {

class Configs {
 public:
  Configs(Store& store, const TableSpec& spec, const TableOptions& options)
      : store_(store),
        spec_(spec),
        rows_(rows_of(store, spec, options)),
        measures_(rows_),
        mixed_(places_of(rows_.cells).size() > 1 && !options.across_env) {
    for (std::size_t row = 0; row < facts().size(); ++row) {
      if (holds(spec.where, facts()[row].config)) kept_.push_back(row);
    }
    if (kept_.empty()) throw NothingDone("no cells for this table: " + caption());
    if (kept_.size() < facts().size()) rows_.axes = axes_of(kept_facts());
    for (const TableColumn& column : spec.columns) {
      if (appears(column)) columns_.push_back(&column);
    }
  }

  Table table() {
    Table table{.caption = caption(), .columns = axis_columns(rows_.axes), .rows = {}, .notes = {}};
    for (const TableColumn* column : columns_) table.columns.push_back(measures_.name(*column));
    for (const std::size_t row : kept_) table.rows.push_back(line(row));
    mark(table);
    tell_seeds(table);
    if (spec_.count_models) add_count_models(table);
    add_notes(table);
    return table;
  }

 private:
  static std::vector<std::string> metrics_of_count_models(const TableSpec& spec) {
    if (!spec.count_models) return {};
    return {"ppl_unigram", "ppl_bigram", "parameters_unigram", "parameters_bigram"};
  }

  static Timings rows_of(Store& store, const TableSpec& spec, const TableOptions& options) {
    TableOptions what = options;
    std::vector<std::string> metrics = metrics_of_count_models(spec);
    for (const TableColumn& column : spec.columns) metrics.push_back(column.metric);
    what.metrics = metrics_to_read(metrics);
    Timings rows = read_rows(store, what, spec.kinds, spec.one_place);
    if (spec.where) choose_ways(rows.cells.rows, [&](const Json& config) { return holds(spec.where, config); });
    add_vanilla(rows);
    if (std::ranges::count(spec.columns, "median", &TableColumn::metric) > 0) add_times(store, rows);
    return rows;
  }

  const std::vector<ConfigFacts>& facts() const { return rows_.cells.rows; }

  /// What the lines have in common is said once, whatever other rows there are to compare with.
  std::vector<ConfigFacts> kept_facts() const {
    std::vector<ConfigFacts> out;
    for (const std::size_t row : kept_) out.push_back(facts()[row]);
    return out;
  }

  std::string caption() const {
    std::string text = spec_.caption;
    const std::string place = ": {metric}";
    if (const std::size_t at = text.find(place); at != std::string::npos) text.replace(at, place.size(), metric_words());
    return text + (rows_.axes.constants.empty() ? "" : "; " + rows_.axes.constants);
  }

  /// ": ppl/token on test, lower is better", where all rows are judged by one metric.
  std::string metric_words() const {
    const auto& quality = measures_.only_quality();
    if (!quality) return "";
    return fmt::format(": {}{}{}", quality->unit.empty() ? quality->metric : quality->unit,
                       quality->split.empty() ? "" : " on " + quality->split,
                       quality->better == "none" ? "" : fmt::format(", {} is better", quality->better));
  }

  bool appears(const TableColumn& column) const {
    if (column.one_place && mixed_) return false;
    if (column.appear == TableColumn::Appear::always) return true;
    std::set<std::string> texts;
    for (std::size_t row = 0; row < facts().size(); ++row) {
      if (facts()[row].done.empty()) continue;
      const TableCell cell = measures_.cell(row, column);
      if (!cell.value.is_null() && cell.value != "n/a (vanilla)") texts.insert(cell.value.dump());
    }
    return texts.size() > (column.appear == TableColumn::Appear::differs ? 1U : 0U);
  }

  std::vector<TableCell> line(std::size_t row) const {
    std::vector<TableCell> out = axis_cells(store_, rows_.axes, facts()[row]);
    for (const TableColumn* column : columns_) {
      out.push_back(facts()[row].done.empty() ? TableCell{.value = facts()[row].absence()} : measures_.cell(row, *column));
    }
    for (TableCell& cell : out) cell.attempts = facts()[row].attempts();
    return out;
  }

  /// Rows that have the same vanilla row differ in nothing but their variant: of these the best is marked.
  void mark(Table& table) {
    Marks marks(store_);
    for (std::size_t place = 0; place < columns_.size(); ++place) {
      if (!columns_[place]->best || (columns_[place]->metric == "median" && facts().size() > kMostResampled)) continue;
      const std::size_t at = table.columns.size() - columns_.size() + place;
      std::map<std::ptrdiff_t, std::vector<Contender>> groups;
      for (std::size_t i = 0; i < kept_.size(); ++i) {
        const std::size_t row = kept_[i];
        if (rows_.vanilla[row] < 0 || !measures_.value(row, *columns_[place])) continue;
        groups[rows_.vanilla[row]].push_back({&facts()[row], &table.rows[i][at]});
      }
      for (auto& [vanilla, group] : groups) marks.compare(std::move(group), columns_[place]->metric, columns_[place]->better);
    }
    marks.set();
    mark_note_ = marks.note();
  }

  /// Lines of the count models, one for each text: every training stores what they reach on its held-out tokens.
  void add_count_models(Table& table) const {
    std::set<std::string> told;
    for (const char* model : {"unigram", "bigram"}) {
      for (const ConfigFacts& row : facts()) {
        const std::vector<double> values = row.values(std::string("ppl_") + model);
        if (values.empty()) continue;
        Json text = Json::array({model});
        for (const auto& [key, value] : row.config.items()) {
          if (key == "task" || key.starts_with("data.")) text.push_back(value);
        }
        if (!told.insert(text.dump()).second) continue;
        table.rows.push_back(count_model(table, row, model, values.front()));
      }
    }
  }

  static std::vector<TableCell> count_model(const Table& table, const ConfigFacts& row, const std::string& model, double ppl) {
    std::vector<TableCell> line;
    const std::vector<double> parameters = row.values("parameters_" + model);
    for (const std::string& column : table.columns) {
      const bool of_the_text = column == "task" || column.starts_with("data.");
      if (column == "variant") {
        line.push_back({.value = model + " (counts)"});
      } else if (column == "ppl") {
        line.push_back(number_cell(ppl, 4));
      } else if (column == "parameters" && !parameters.empty()) {
        line.push_back(count_cell(static_cast<std::int64_t>(parameters.front())));
      } else {
        line.push_back(of_the_text && row.config.contains(column) ? TableCell{.value = OrderedJson(row.config.at(column))}
                                                                  : nothing_cell());
      }
      line.back().attempts = row.attempts();
    }
    return line;
  }

  /// Numbers of fewer seeds than others say so, where no column counts seeds.
  void tell_seeds(Table& table) const {
    const bool counted = std::ranges::any_of(columns_, [](const TableColumn* one) { return one->show == TableColumn::Show::count; });
    for (std::size_t place = 0; place < columns_.size(); ++place) {
      using Show = TableColumn::Show;
      const TableColumn& column = *columns_[place];
      const bool beside = column.show == Show::ratio || column.show == Show::difference || column.show == Show::change;
      if (!(beside || column.show == Show::value) || column.metric == "parameters") continue;
      const std::size_t at = table.columns.size() - columns_.size() + place;
      std::vector<CountedCell> cells;
      std::size_t most = 0;
      for (std::size_t i = 0; i < kept_.size(); ++i) {
        TableCell& cell = table.rows[i][at];
        if (!cell.value.is_number()) continue;
        cells.push_back({&cell, measures_.seeds(kept_[i], column), measures_.count(kept_[i], column.metric)});
        most = std::max(most, cells.back().seeds);
      }
      if (!counted) {
        for (CountedCell& one : cells) one.most = most;
      }
      tell_fewer_seeds(cells);
    }
  }

  void add_notes(Table& table) const {
    CellSet shown;
    if (spec_.where) {  // other rows are there to be compared with
      shown.rows = kept_facts();
      shown.excluded = rows_.cells.excluded;
      keep_cells(store_, shown, [&](const Json& config) { return holds(spec_.where, config); });
    }
    const CellSet& cells = spec_.where ? shown : rows_.cells;
    std::vector<std::string> metrics = metrics_of_count_models(spec_);
    for (const TableColumn* column : columns_) metrics.push_back(column->metric);
    table.notes = notes_under(store_, cells, rows_.axes, metrics);
    if (!rows_.times.empty()) add_process_note(table.notes, rows_.times, kept_);
    if (mark_note_) table.notes.push_back(*mark_note_);
    for (const TableColumn* column : columns_) {
      if (!column->note.empty()) table.notes.push_back(measures_.name(*column) + ": " + column->note);
    }
    if (!rows_.times.empty()) add_unchecked_note(table.notes, store_, cells);
    for (const TableColumn& column : spec_.columns) {
      if (column.one_place && mixed_)
        table.notes.push_back(column.name + " is left out: times of several builds or machines are not mixed (--across-env shows them)");
    }
    for (const std::string& note : spec_.notes) table.notes.push_back(note);
    if (!spec_.growth) return;
    if (auto growth = complexity_note(rows_)) table.notes.push_back(*std::move(growth));
  }

  Store& store_;
  const TableSpec& spec_;
  Timings rows_;
  Measures measures_;
  bool mixed_;
  std::vector<std::size_t> kept_;
  std::vector<const TableColumn*> columns_;
  std::optional<std::string> mark_note_;
};

}  // namespace

Table table_of_configs(Store& store, const TableSpec& spec, const TableOptions& options) { return Configs(store, spec, options).table(); }

}  // namespace synthbench
