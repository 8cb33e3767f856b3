// quality: what each variant learnt: the task's metric over seeds, relative to vanilla, parameters, training speed; and the
// unigram and bigram models of the same tokens.
#include "results/quality.h"

#include <fmt/format.h>

#include <set>

#include "harness/base/units.h"
#include "results/table.h"
#include "results/table_notes.h"
#include "results/tables/columns.h"

namespace synthbench {
namespace {

using Qualities = std::vector<std::optional<Quality>>;

TableCell percent_cell(double share) { return {.value = 100 * share, .text = fmt::format("{:+.1f} %", 100 * share)}; }

/// "ppl" where all rows are judged by it, else "value" beside a column that names the metric.
std::optional<std::string> only_metric(const Qualities& qualities) {
  std::set<std::string> names;
  for (const auto& quality : qualities) {
    if (quality) names.insert(quality->metric);
  }
  return names.size() == 1 ? std::optional(*names.begin()) : std::nullopt;
}

std::vector<Column> columns_of(const CellSet& cells, const Qualities& qualities, const std::vector<std::ptrdiff_t>& vanilla) {
  const std::string name = only_metric(qualities).value_or("value");
  std::vector<Column> columns;
  const auto add = [&](const std::string& title, auto cell) {
    columns.push_back(
        {title, [&qualities, cell](std::size_t row) { return qualities[row] ? cell(row, *qualities[row]) : nothing_cell(); }});
  };
  if (name == "value") add("metric", [](std::size_t, const Quality& quality) { return TableCell{.value = quality.metric}; });
  add(name, [](std::size_t, const Quality& quality) { return number_cell(mean(quality.values), 4); });
  add(name + "_sd", [](std::size_t, const Quality& quality) {
    const auto sd = standard_deviation(quality.values);
    return sd ? TableCell{.value = *sd, .text = "± " + format_number(*sd, 2)} : nothing_cell();
  });
  add("n", [](std::size_t, const Quality& quality) { return TableCell{.value = quality.values.size()}; });
  add("vs_vanilla_percent", [&qualities, &vanilla](std::size_t row, const Quality& quality) {
    const auto base = vanilla[row] < 0 ? std::nullopt : qualities[static_cast<std::size_t>(vanilla[row])];
    if (!base || base->metric != quality.metric) return TableCell{.value = "n/a (vanilla)"};
    return percent_cell(mean(quality.values) / mean(base->values) - 1);
  });
  columns.push_back(parameters_column(cells));
  return columns;
}

Column steps_column(const CellSet& cells) {
  return {"train_steps_per_s", [&cells](std::size_t row) {
            const std::vector<double> rates = cells.rows[row].values("steps_per_s");
            return rates.empty() ? nothing_cell() : number_cell(mean(rates));
          }};
}

/// Rows of the count models, one for each text: every training stores what they reach on its held-out tokens.
void add_count_models(Table& table, const CellSet& cells) {
  std::set<std::string> told;
  for (const char* model : {"unigram", "bigram"}) {
    for (const ConfigFacts& row : cells.rows) {
      const std::vector<double> values = row.values(std::string("ppl_") + model);
      Json text = Json::array({model});
      for (const auto& [key, value] : row.config.items()) {
        if (key == "task" || key.starts_with("data.")) text.push_back(value);
      }
      if (values.empty() || !told.insert(text.dump()).second) continue;
      std::vector<TableCell> line;
      for (const std::string& column : table.columns) {
        const bool of_the_text = column == "task" || column.starts_with("data.");
        const std::vector<double> parameters = row.values(std::string("parameters_") + model);
        if (column == "variant") {
          line.push_back({.value = std::string(model) + " (counts)"});
        } else if (column == "ppl") {
          line.push_back(number_cell(values.front(), 4));
        } else if (column == "parameters" && !parameters.empty()) {
          line.push_back(count_cell(static_cast<std::int64_t>(parameters.front())));
        } else {
          line.push_back(of_the_text && row.config.contains(column) ? TableCell{.value = OrderedJson(row.config.at(column))}
                                                                    : nothing_cell());
        }
        line.back().attempts = row.attempts();
      }
      table.rows.push_back(std::move(line));
    }
  }
}

std::string caption_of(const Qualities& qualities, const Axes& axes) {
  for (const auto& quality : qualities) {
    if (!quality || !only_metric(qualities)) continue;
    return fmt::format("Quality after training: {}{}{}, mean and standard deviation over n seeds; {}",
                       quality->unit.empty() ? quality->metric : quality->unit, quality->split.empty() ? "" : " on " + quality->split,
                       quality->better == "lower"    ? ", lower is better"
                       : quality->better == "higher" ? ", higher is better"
                                                     : "",
                       axes.constants);
  }
  return "Quality after training, mean and standard deviation over n seeds; " + axes.constants;
}

Table build(Store& store, const TableOptions& options) {
  CellSet cells = read_cells(store, options, {"train", "eval"}, options.across_env);
  const Axes axes = axes_of(cells.rows);
  sort_for_comparison(cells.rows, axes);
  Qualities qualities;
  for (const ConfigFacts& row : cells.rows) qualities.push_back(quality_of(row));
  const std::vector<std::ptrdiff_t> vanilla = vanilla_rows(cells.rows);
  std::vector<Column> columns = columns_of(cells, qualities, vanilla);
  const bool mixed = places_of(cells).size() > 1 && !options.across_env;
  if (!mixed) columns.push_back(steps_column(cells));
  Table table = assemble(store, caption_of(qualities, axes), cells, axes, columns, [](const ConfigFacts&) { return true; });
  add_count_models(table, cells);
  table.notes = notes_under(store, cells, axes);
  if (mixed)
    table.notes.emplace_back("train_steps_per_s is left out: times of several builds or machines are not mixed (--across-env shows them)");
  return table;
}

const bool registered = tables().add("quality", {"the task's metric per variant over seeds, relative to vanilla", build});

}  // namespace
}  // namespace synthbench
