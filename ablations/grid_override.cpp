#include "ablations/grid_override.h"

#include <fmt/format.h>

#include <algorithm>

#include "ablations/grid_merge.h"
#include "ablations/keys.h"

namespace synthbench {
namespace {

bool names(const std::vector<Setting>& settings, const std::string& key) {
  return std::any_of(settings.begin(), settings.end(), [&](const Setting& setting) { return setting.key == key; });
}

GridAxis* axis_of(Grid& grid, const std::string& key) {
  const auto found = std::find_if(grid.axes.begin(), grid.axes.end(), [&](const GridAxis& axis) { return axis.name == key; });
  return found == grid.axes.end() ? nullptr : &*found;
}

/// tokens and train.batch_tokens say what batch says: a flag with one of them beats a file with another.
void drop_other_spellings(Grid& grid, const std::string& key, const SourceLine& place) {
  std::vector<std::string> others;
  if (key == "tokens") others = {"batch", "train.batch_tokens"};
  if (key == "train.batch_tokens") others = {"batch"};
  for (const std::string& other : others) {
    if (axis_of(grid, other)) fail(place, fmt::format("the grid has an axis '{}', which decides the batch: set that one", other));
    std::erase_if(grid.base, [&](const Setting& setting) { return setting.key == other; });
  }
}

std::vector<std::string> spellings_of(const std::string& key) {
  static const std::vector<std::string> batch = {"batch", "tokens", "train.batch_tokens"};
  return std::ranges::find(batch, key) == batch.end() ? std::vector<std::string>{key} : batch;
}

std::vector<Json> checked_at(const SourceLine& place, const std::string& key, const std::string& values) {
  try {
    return checked_values(key_at(key), values);
  } catch (const UserError& error) {
    fail(place, error.what());
  }
}

/// One value is a base value, several are an axis.
void add(Grid& grid, const std::string& key, const std::vector<Json>& values, const SourceLine& place) {
  if (values.size() == 1) {
    grid.base.push_back({key, values.front(), place});
    return;
  }
  add_axis(grid, GridAxis{key, values, {}, place});
}

}  // namespace

void override_key(Grid& grid, const std::string& key, const std::string& values, const SourceLine& place,
                  std::vector<std::string>& warnings) {
  const std::vector<Json> checked = checked_at(place, key, values);
  drop_other_spellings(grid, key, place);
  take_from_zips(grid, key, place, warnings);
  if (std::find(grid.overridden.begin(), grid.overridden.end(), key) == grid.overridden.end()) grid.overridden.push_back(key);
  if (GridAxis* axis = axis_of(grid, key)) {
    axis->values = checked;
    axis->place = place;
    return;
  }
  std::erase_if(grid.base, [&](const Setting& setting) { return setting.key == key; });
  add(grid, key, checked, place);
}

bool default_key(Grid& grid, const std::string& key, const std::string& values, const SourceLine& place) {
  const std::vector<Json> checked = checked_at(place, key, values);
  for (const std::string& spelling : spellings_of(key)) {
    const auto said = [&](const Setting& setting) { return setting.key == spelling && setting.place.by >= SaidBy::grid; };
    const auto in_zip = [&](const GridZip& zip) { return names(zip.axes, spelling); };
    const GridAxis* axis = axis_of(grid, spelling);
    const bool in_axis = axis && axis->place.by >= SaidBy::grid;
    if (in_axis || std::ranges::any_of(grid.base, said) || std::ranges::any_of(grid.zips, in_zip)) return false;
  }
  std::erase_if(grid.base, [&](const Setting& setting) { return setting.key == key; });
  std::erase_if(grid.axes, [&](const GridAxis& axis) { return axis.name == key; });
  add(grid, key, checked, place);
  return true;
}

}  // namespace synthbench
