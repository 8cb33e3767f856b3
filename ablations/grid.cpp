#include "ablations/grid.h"

#include <algorithm>

#include "ablations/grid_merge.h"

namespace synthbench {
namespace {

template <typename Named>
void replace_or_add(std::vector<Named>& list, Named one, std::string Named::*name) {
  const auto same = std::find_if(list.begin(), list.end(), [&](const Named& other) { return other.*name == one.*name; });
  if (same != list.end()) {
    *same = std::move(one);
  } else {
    list.push_back(std::move(one));
  }
}

template <typename T>
void append(std::vector<T>& list, std::vector<T> more) {
  std::move(more.begin(), more.end(), std::back_inserter(list));
}

}  // namespace

void extend(Grid& base, Grid grid) {
  if (!grid.name.empty()) base.name = std::move(grid.name);
  base.place = std::move(grid.place);
  base.text = std::move(grid.text);
  for (const Setting& setting : grid.base) {  // a value in the extending file ends an axis of the extended one
    std::erase_if(base.axes, [&](const GridAxis& axis) { return axis.name == setting.key; });
  }
  for (Setting& setting : grid.base) replace_or_add(base.base, std::move(setting), &Setting::key);
  for (GridAxis& axis : grid.axes) replace_or_add(base.axes, std::move(axis), &GridAxis::name);
  append(base.zips, std::move(grid.zips));
  append(base.excludes, std::move(grid.excludes));
  append(base.includes, std::move(grid.includes));
  for (Setting& setting : grid.measure) replace_or_add(base.measure, std::move(setting), &Setting::key);
  for (Setting& setting : grid.match) replace_or_add(base.match, std::move(setting), &Setting::key);
  if (!grid.tables.empty()) base.tables = std::move(grid.tables);
}

}  // namespace synthbench
