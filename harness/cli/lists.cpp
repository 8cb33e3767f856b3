// What this program knows: variants, backends, devices, tasks, datasets, grids.
#include "harness/cli/lists.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ablations/logit_spec.h"
#include "ablations/vocabulary.h"
#include "backends/core/attention.h"
#include "harness/base/units.h"
#include "harness/base/words.h"
#include "harness/check/pairs.h"
#include "harness/cli/rows.h"
#include "harness/provenance.h"
#include "results/format.h"
#include "results/table.h"
#include "tasks/datasets/fetch_list.h"
#include "tasks/datasets/presence.h"
#include "tasks/metrics/metric.h"
#include "tasks/task.h"

namespace synthbench {
namespace {

using Rows = std::vector<OrderedJson>;

Store::Selection list_variants(const std::string&) {
  Rows rows;
  for (const auto& [name, variant] : variants()) {
    rows.push_back({{"name", name},
                    {"aliases", join(variant.aliases)},
                    {"keys", join(variant.keys)},
                    {"weights", join(weights_of(name))},
                    {"summary", variant.summary}});
  }
  return rows_of(std::move(rows));
}

/// Only the program that holds a backend can say that it is there, so a build with LibTorch asks synthbench-torch (ls.cpp).
Store::Selection list_backends(const std::string&) {
  Rows rows;
  for (const auto& [name, facts] : known_backends()) {
    const std::string reason = absence(name);
    const bool here = reason.empty();
    rows.push_back(
        {{"name", name}, {"available", here}, {"reason", here ? OrderedJson(nullptr) : OrderedJson(reason)}, {"summary", facts.summary}});
  }
  return rows_of(std::move(rows));
}

Store::Selection list_devices(const std::string&) {
  const EnvRow machine = this_machine();
  Rows rows = {
      {{"name", "cpu"}, {"available", true}, {"description", machine.cpu}, {"cores", machine.cores}, {"memory", machine.ram_bytes}}};
  if (!machine.device.empty()) {
    rows.push_back(
        {{"name", "cuda"}, {"available", true}, {"description", machine.device}, {"cores", nullptr}, {"memory", machine.device_mem_bytes}});
  }
  return rows_of(std::move(rows));
}

Store::Selection list_tasks(const std::string&) {
  Rows rows;
  for (const auto& [name, facts] : known_tasks()) {
    rows.push_back({{"name", name}, {"datasets", join(facts.datasets)}, {"summary", facts.summary}});
  }
  return rows_of(std::move(rows));
}

Store::Selection list_tables(const std::string&) {
  Rows rows;
  for (const auto& [name, preset] : tables()) rows.push_back({{"name", name}, {"caption", preset.caption}});
  return rows_of(std::move(rows));
}

std::int64_t bytes_to_fetch(const std::string& data_set) {
  std::int64_t bytes = 0;
  for (const Fetchable& file : fetchable(data_set)) bytes += file.bytes;
  return bytes;
}

/// As `data ls`: nothing is read but what archives hold.
Store::Selection list_datasets(const std::string&) {
  Rows rows;
  for (const auto& [name, data] : data_sets()) {
    const Presence here = presence(name);
    const std::int64_t to_fetch = bytes_to_fetch(name);
    rows.push_back({{"name", name},
                    {"task", data.task},
                    {"available", here.available},
                    {"splits", here.available ? OrderedJson(join(here.splits)) : OrderedJson(nullptr)},
                    {"bytes", here.available ? OrderedJson(here.bytes) : OrderedJson(nullptr)},
                    {"fetch_bytes", to_fetch > 0 ? OrderedJson(to_fetch) : OrderedJson(nullptr)},
                    {"licence", data.licence},
                    {"summary", data.summary},
                    {"reason", here.available ? OrderedJson(nullptr) : OrderedJson(here.reason)}});
  }
  return rows_of(std::move(rows));
}

std::string cut(const std::string& text, std::size_t most) { return text.size() <= most ? text : text.substr(0, most - 3) + "..."; }

/// What is here of a data set, or the first file that is missing, in a few words.
Store::Selection list_datasets_in_short() {
  constexpr std::size_t kWidest = 38;
  Rows rows;
  const auto size = [](std::int64_t bytes) { return bytes > 0 ? format_bytes(static_cast<double>(bytes)) : ""; };
  for (const auto& [name, data] : data_sets()) {
    const Presence here = presence(name);
    rows.push_back({{"name", name},
                    {"task", data.task},
                    {"here", cut(here.available    ? join(here.splits)
                                 : here.unreadable ? here.reason
                                                   : "no: " + looked_for(data).front(),
                                 kWidest)},
                    {"size", size(here.bytes)},
                    {"to fetch", size(bytes_to_fetch(name))},
                    {"licence", cut(data.licence, kWidest)}});
  }
  return rows_of(std::move(rows));
}

/// Those of `score`, then those that the database holds numbers of, where there is one.
Store::Selection list_metrics(const std::string& db_path) {
  Rows rows;
  for (const auto& [name, metric] : metrics()) {
    if (!metric.listed_with.empty() && std::getenv(metric.listed_with.c_str()) == nullptr) continue;
    rows.push_back({{"name", name}, {"unit", metric.scale}, {"better", metric.better}, {"numbers", nullptr}, {"summary", metric.summary}});
  }
  if (std::filesystem::exists(db_path)) {
    for (OrderedJson& row : stored_metrics(db_path).rows) rows.push_back(std::move(row));
  }
  return rows_of(std::move(rows));
}

/// The comment that a grid opens with says what it is for.
std::string first_comment(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line.starts_with("#") ? std::string(trim(std::string_view(line).substr(1))) : "";
}

Store::Selection list_grids(const std::string&) {
  const std::filesystem::path folder = std::filesystem::path(shipped_data_folder()).parent_path().parent_path() / "ablations" / "grids";
  std::error_code absent;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  Rows rows;
  for (const std::filesystem::path& file : files) {
    rows.push_back({{"name", file.stem().string()}, {"path", std::filesystem::proximate(file).string()}, {"summary", first_comment(file)}});
  }
  return rows_of(std::move(rows));
}

}  // namespace

const std::map<std::string, List>& lists() {
  static const std::map<std::string, List> all = {
      {"variants", {"ways to make attention logits, and the layers that are compared with them", list_variants}},
      {"backends", {"implementations of attention, and why one is not available", list_backends}},
      {"devices", {"where tensors can live", list_devices}},
      {"tables", {"presets of `table`", list_tables}},
      {"tasks", {"what models are trained on", list_tasks}},
      {"datasets", {"real data known by name: what is here, what can be fetched, licence, size", list_datasets, list_datasets_in_short}},
      {"grids", {"grid files that come with synthbench", list_grids}},
      {"metrics", {"what `score` computes, and what the database holds numbers of", list_metrics}},
      {"sweeps", {"expanded grids in the database", list_sweeps}},
      {"cells", {"their cells", list_cells}},
      {"attempts", {"tries at cells", list_attempts}},
      {"artifacts", {"files that attempts left, by hash", list_artifacts}},
      {"queries", {"saved queries", list_queries}},
  };
  return all;
}

std::string list_text(const List& list, const std::string& db_path, const std::string& format) {
  return format_rows(list.in_short && format == "md" ? list.in_short() : list.rows(db_path), format);
}

}  // namespace synthbench
