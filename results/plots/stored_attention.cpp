#include "results/plots/stored_attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/base/error.h"
#include "results/figure_series.h"
#include "results/table_notes.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

/// Artifacts lie beside the database, and their paths are relative to its folder.
fs::path folder_of(Store& store) {
  return fs::path(store.select("SELECT file FROM pragma_database_list WHERE name='main'").at(0)["file"].get<std::string>()).parent_path();
}

/// The path of the file, or "" where no attempt of the row left one that is still there.
std::string file_of(Store& store, const fs::path& folder, const ConfigFacts& row) {
  const auto found = store.select(
      R"(SELECT f.path FROM json_each(?1) JOIN artifact f ON f.attempt_id=json_each.value JOIN attempt a USING(attempt_id)
         JOIN cell ce USING(cell_id) WHERE f.name=?2 ORDER BY ce.seed)",
      {Json(row.attempts()).dump(), kAttentionArtifact});
  for (const OrderedJson& artifact : found) {
    const fs::path path = folder / artifact["path"].get<std::string>();  // an absolute path stays
    if (fs::exists(path)) return path;
  }
  return {};
}

}  // namespace

StoredAttentions stored_attentions(Store& store, const TableOptions& options) {
  CellSet cells = read_cells(store, options, {"train", "eval"}, false);
  StoredAttentions out{.axes = axes_of(cells.rows)};
  sort_for_comparison(cells.rows, out.axes);
  const fs::path folder = folder_of(store);
  const std::vector<FigurePlace> places = places_in_figure(store, out.axes, cells.rows, {});
  for (std::size_t i = 0; i < cells.rows.size(); ++i) {
    const std::string path = file_of(store, folder, cells.rows[i]);
    if (path.empty()) continue;
    out.all.push_back(
        {places[i].series + (places[i].panel.empty() ? "" : ", " + places[i].panel), attention_record(read_safetensors(path))});
  }
  if (out.all.empty()) {
    throw NothingDone(
        "no training here left its attention: trainings on a CPU keep it beside the database (FILE.artifacts); those made before that, and "
        "imported ones, have none: train again with `synthbench run GRID --force`");
  }
  out.notes = notes_under(store, cells, out.axes, {});
  out.notes.emplace_back("attention of the first sample of the validation split, all heads; of each config its lowest seed");
  return out;
}

std::vector<std::size_t> shown_layers(std::size_t layers, std::size_t most) {
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < std::min(layers, most); ++k) {
    out.push_back(layers <= most ? k : most == 1 ? layers - 1 : k * (layers - 1) / (most - 1));
  }
  return out;
}

}  // namespace synthbench
