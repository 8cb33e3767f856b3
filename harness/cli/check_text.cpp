#include "harness/cli/check_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "harness/base/words.h"
#include "harness/cli/rows.h"
#include "results/format.h"

namespace synthbench {
namespace {

/// Formats that people read are shorter than those that programs read.
bool for_people(const std::string& format) {
  return format == "md" || format == "adoc" || format == "org" || format == "html" || format == "tex";
}

OrderedJson row_json(const CheckNumber& row) {
  OrderedJson json = {{"variant", row.variant}, {"backend", row.backend}, {"dtype", row.dtype}};
  if (!row.masks.empty()) json["masks"] = row.masks;
  if (row.skipped()) {
    json["reason"] = row.reason;
    return json;
  }
  json["kernel"] = row.kernel;
  json["tensor"] = row.tensor;
  json["measure"] = row.measure;
  json["value"] = std::isfinite(row.value) ? OrderedJson(row.value) : OrderedJson(nullptr);
  json["bound"] = row.bound;
  json["passed"] = row.passed;
  return json;
}

/// For people: of each variant, backend and dtype the tensor that comes nearest to its bound.
std::vector<OrderedJson> summary(const std::vector<CheckNumber>& rows) {
  std::vector<OrderedJson> lines;
  const CheckNumber* worst = nullptr;
  std::size_t checked = 0, failed = 0;
  const auto nearness = [](const CheckNumber& row) {
    return !std::isfinite(row.value) ? INFINITY : row.bound > 0 ? row.value / row.bound : row.passed ? 0.0 : INFINITY;
  };
  const auto finish = [&] {
    if (worst == nullptr) return;
    lines.push_back({{"variant", worst->variant},
                     {"backend", worst->backend},
                     {"dtype", worst->dtype},
                     {"tensors", checked},
                     {"failed", failed},
                     {"worst", worst->skipped() ? "" : worst->masks + " " + worst->tensor},
                     {"error", worst->skipped() ? "" : fmt::format("{:.2g}", worst->value)},
                     {"bound", worst->skipped() ? "" : fmt::format("{:.2g}", worst->bound)},
                     {"reason", worst->reason}});
    worst = nullptr;
    checked = failed = 0;
  };
  for (const CheckNumber& row : rows) {
    const bool same = worst != nullptr && worst->variant == row.variant && worst->backend == row.backend && worst->dtype == row.dtype;
    if (!same) finish();
    if (worst == nullptr || (!row.skipped() && (worst->skipped() || nearness(row) > nearness(*worst)))) worst = &row;
    if (!row.skipped()) ++checked;
    if (!row.skipped() && !row.passed) ++failed;
  }
  finish();
  return lines;
}

/// For people: a line per variant, a column per backend with the dtypes that it runs; reasons below, once each.
std::string support_matrix(const std::vector<Support>& rows, const std::string& format) {
  std::vector<OrderedJson> lines;
  using Refusals = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;  // backend and reason -> dtypes
  Refusals refusals;
  for (const Support& row : rows) {
    if (lines.empty() || lines.back()["variant"] != row.variant) lines.push_back({{"variant", row.variant}});
    OrderedJson& cell = lines.back()[row.backend];
    std::string text = cell.is_null() ? "" : cell.get<std::string>();
    if (row.supported && row.direction == "fwd") text += (text.empty() ? "" : " ") + row.dtype;
    if (!row.supported && row.direction == "fwdbwd" && (" " + text).ends_with(" " + row.dtype)) text += " (fwd)";
    cell = text;
    if (row.supported) continue;
    Refusals::value_type::second_type& dtypes = refusals[{row.backend, row.reason}];
    if (std::ranges::find(dtypes, row.dtype) == dtypes.end()) dtypes.push_back(row.dtype);
  }
  for (OrderedJson& line : lines) {
    for (auto& [key, value] : line.items()) value = value == "" ? OrderedJson("-") : value;
  }
  std::string text = format_rows(rows_of(std::move(lines)), format);
  if (format == "md") {
    text += "\n";
    for (const auto& [pair, dtypes] : refusals) text += fmt::format("{} {}: {}\n", pair.first, join(dtypes, " "), pair.second);
  }
  return text;
}

}  // namespace

std::string numbers_text(const std::vector<CheckNumber>& rows, const std::string& format) {
  if (for_people(format)) return format_rows(rows_of(summary(rows)), format);
  std::vector<OrderedJson> objects;
  for (const CheckNumber& row : rows) objects.push_back(row_json(row));
  if (format == "json" || format == "jsonl") return format_rows(rows_of(std::move(objects)), format);
  for (OrderedJson& object : objects) {  // equal keys in every row
    OrderedJson even;
    for (const char* key : {"variant", "backend", "dtype", "masks", "kernel", "tensor", "measure", "value", "bound", "passed", "reason"})
      even[key] = object.contains(key) ? object[key] : OrderedJson(nullptr);
    object = std::move(even);
  }
  return format_rows(rows_of(std::move(objects)), format);
}

std::string support_text(const std::vector<Support>& rows, const std::string& format) {
  if (for_people(format)) return support_matrix(rows, format);
  std::vector<OrderedJson> objects;
  for (const Support& row : rows) {
    objects.push_back({{"variant", row.variant},
                       {"backend", row.backend},
                       {"dtype", row.dtype},
                       {"direction", row.direction},
                       {"supported", row.supported},
                       {"kernel", row.supported ? OrderedJson(row.kernel) : OrderedJson(nullptr)},
                       {"reason", row.supported ? OrderedJson(nullptr) : OrderedJson(row.reason)}});
  }
  return format_rows(rows_of(std::move(objects)), format);
}

}  // namespace synthbench
