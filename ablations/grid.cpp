#include "ablations/grid.h"

#include <fmt/format.h>

#include <algorithm>

#include "ablations/grid_merge.h"

namespace synthbench {
namespace {

void replace_or_add(std::vector<Setting>& settings, Setting one) {
  const auto same = std::ranges::find(settings, one.key, &Setting::key);
  if (same != settings.end()) {
    *same = std::move(one);
  } else {
    settings.push_back(std::move(one));
  }
}

template <typename T>
void append(std::vector<T>& list, std::vector<T> more) {
  std::move(more.begin(), more.end(), std::back_inserter(list));
}

}  // namespace

void add_axis(Grid& grid, GridAxis axis) {
  const auto looks_at_it = std::ranges::find_if(grid.axes, [&](const GridAxis& other) {
    return std::ranges::any_of(other.when, [&](const Setting& asked) { return asked.key == axis.name; });
  });
  grid.axes.insert(looks_at_it, std::move(axis));
}

void take_from_zips(Grid& grid, const std::string& key, const SourceLine& place, std::vector<std::string>& warnings) {
  const auto is_axis = [&](const Setting& column) { return std::ranges::find(grid.axes, column.key, &GridAxis::name) != grid.axes.end(); };
  std::erase_if(grid.zips, [&](GridZip& zip) {
    if (std::ranges::find(zip.axes, key, &Setting::key) == zip.axes.end()) return false;
    if (std::ranges::any_of(zip.axes, is_axis)) {
      warnings.push_back(
          fmt::format("{}: [[zip]] names '{}', which {} sets: its points are left out", describe(zip.place), key, describe(place)));
      return true;
    }
    std::erase_if(zip.axes, [&](const Setting& column) { return column.key == key; });
    return zip.axes.empty();
  });
}

void extend(Grid& base, Grid grid) {
  if (!grid.name.empty()) base.name = std::move(grid.name);
  base.place = std::move(grid.place);
  base.text = std::move(grid.text);
  append(base.warnings, std::move(grid.warnings));
  for (const Setting& setting : grid.base) take_from_zips(base, setting.key, setting.place, base.warnings);
  for (const GridAxis& axis : grid.axes) take_from_zips(base, axis.name, axis.place, base.warnings);
  for (const Setting& setting : grid.base) {  // a value in the extending file ends an axis of the extended one
    std::erase_if(base.axes, [&](const GridAxis& axis) { return axis.name == setting.key; });
  }
  for (Setting& setting : grid.base) replace_or_add(base.base, std::move(setting));
  for (GridAxis& axis : grid.axes) {
    const auto same = std::ranges::find(base.axes, axis.name, &GridAxis::name);
    if (same != base.axes.end()) {
      *same = std::move(axis);
    } else {
      add_axis(base, std::move(axis));
    }
  }
  append(base.zips, std::move(grid.zips));
  append(base.excludes, std::move(grid.excludes));
  append(base.includes, std::move(grid.includes));
  for (Setting& setting : grid.measure) replace_or_add(base.measure, std::move(setting));
  for (Setting& setting : grid.match) replace_or_add(base.match, std::move(setting));
  if (!grid.tables.empty()) base.tables = std::move(grid.tables);
}

}  // namespace synthbench
