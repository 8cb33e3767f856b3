#include "tests/ablations/plain_expander.h"

#include <algorithm>

#include "ablations/resolve.h"

namespace synthbench {
namespace {

using PlainPoint = PlainGrid::Point;

bool passes(const Json& wanted, const Json& value) {
  if (wanted.is_array()) return std::any_of(wanted.begin(), wanted.end(), [&](const Json& one) { return passes(one, value); });
  if (wanted.is_string() && value.is_number()) {
    const std::string text = wanted;
    const std::size_t sign = text.find_first_not_of("<>=!");
    const double bound = std::stod(text.substr(sign)), number = value;
    const std::string op = text.substr(0, sign);
    return op == ">"    ? number > bound
           : op == ">=" ? number >= bound
           : op == "<"  ? number < bound
           : op == "<=" ? number <= bound
                        : number != bound;
  }
  if (wanted.is_string() && wanted.get_ref<const std::string&>().starts_with("!=")) return value != wanted.get<std::string>().substr(2);
  return value == wanted;
}

bool holds(const PlainGrid::When& when, const Json& values) {
  return std::all_of(when.begin(), when.end(),
                     [&](const auto& test) { return values.contains(test.first) && passes(test.second, values[test.first]); });
}

std::vector<PlainPoint> product(const PlainPoint& start, const std::vector<PlainGrid::Axis>& axes) {
  std::vector<PlainPoint> points = {start};
  for (const PlainGrid::Axis& axis : axes) {
    std::vector<PlainPoint> grown;
    for (const PlainPoint& point : points) {
      if (!holds(axis.when, Json(point)))
        grown.push_back(point);
      else
        for (const Json& value : axis.values) (grown.emplace_back(point))[axis.name] = value;
    }
    points = grown;
  }
  return points;
}

std::string list_of(const std::vector<Json>& values) { return Json(values).dump(); }

std::string table_of(const PlainGrid::When& when) {
  std::string out;
  for (const auto& [key, value] : when) out += (out.empty() ? "" : ", ") + key + " = " + value.dump();
  return "{ " + out + " }";
}

}  // namespace

std::string PlainGrid::toml() const {
  std::string text = "schema = 1\nname = \"drawn\"\nkind = \"speed\"\n[base]\n";
  for (const auto& [key, value] : base) text += key + " = " + value.dump() + "\n";
  for (const Axis& axis : axes) {
    text += "[[axis]]\nname = \"" + axis.name + "\"\nvalues = " + list_of(axis.values) + "\n";
    if (!axis.when.empty()) text += "when = " + table_of(axis.when) + "\n";
  }
  for (const Zip& zip : zips) {
    When columns;
    for (const Axis& column : zip.columns) columns.emplace_back(column.name, column.values);
    text += "[[zip]]\naxes = " + table_of(columns) + "\n" + (zip.only.empty() ? "" : "only = " + table_of(zip.only) + "\n");
  }
  for (const When& exclude : excludes) text += "[[exclude]]\nwhen = " + table_of(exclude) + "\n";
  for (const PlainPoint& include : includes) {
    text += "[[include]]\n";
    for (const auto& [key, value] : include) text += key + " = " + value.dump() + "\n";
  }
  return text;
}

PlainExpansion plain_expansion(const PlainGrid& grid) {
  std::vector<PlainPoint> points = product(grid.base, grid.axes);
  for (const PlainGrid::Zip& zip : grid.zips) {
    std::vector<PlainGrid::Axis> others;
    for (const PlainGrid::Axis& axis : grid.axes) {
      const auto named = [&](const PlainGrid::Axis& column) { return column.name == axis.name; };
      if (std::none_of(zip.columns.begin(), zip.columns.end(), named)) others.push_back(axis);
    }
    for (std::size_t row = 0; row < zip.columns[0].values.size(); ++row) {
      PlainPoint start = grid.base;
      for (const PlainGrid::Axis& column : zip.columns) start[column.name] = column.values[row];
      for (const PlainPoint& point : product(start, others)) {
        if (holds(zip.only, Json(point))) points.push_back(point);
      }
    }
  }
  PlainExpansion out;
  out.product = static_cast<std::int64_t>(points.size());
  out.included = static_cast<std::int64_t>(grid.includes.size());
  const auto add = [&](const PlainPoint& point, bool may_be_excluded) {
    Json values = resolve(Json(point)).json();
    const Json cell = {{"config", values}, {"seed", point.contains("seed") ? point.at("seed") : Json(0)}};
    values["seed"] = cell["seed"];
    const auto matches = [&](const PlainGrid::When& when) { return holds(when, values); };
    if (may_be_excluded && std::any_of(grid.excludes.begin(), grid.excludes.end(), matches))
      ++out.excluded;
    else if (std::find(out.cells.begin(), out.cells.end(), cell) != out.cells.end())
      ++out.duplicates;
    else
      out.cells.push_back(cell);
  };
  for (const PlainPoint& point : points) add(point, true);
  for (const PlainPoint& include : grid.includes) {
    PlainPoint point = include;
    point.insert(grid.base.begin(), grid.base.end());
    add(point, false);
  }
  return out;
}

}  // namespace synthbench
