#include "results/sweep_named.h"

#include <fmt/format.h>

#include <charconv>

#include "harness/base/error.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// By what a sweep says of itself: its number follows the order of merging.
constexpr const char* kLatestFirst = " ORDER BY created_at DESC, name DESC, plan_sha DESC LIMIT 1";

std::optional<std::int64_t> first(const std::vector<OrderedJson>& found) {
  return found.empty() ? std::nullopt : std::optional(found.front()["sweep_id"].get<std::int64_t>());
}

/// "s3", where there is such a number.
std::optional<std::int64_t> by_number(Store& store, const std::string& text) {
  std::int64_t id = 0;
  const char* end = text.data() + text.size();
  const bool is_id = text.starts_with("s") && std::from_chars(text.data() + 1, end, id).ptr == end && id > 0;
  return is_id ? first(store.select("SELECT sweep_id FROM sweep WHERE sweep_id=?1", {id})) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> find_sweep(Store& store, const std::string& text) {
  if (const auto id = by_number(store, text)) return id;
  return first(store.select(std::string("SELECT sweep_id FROM sweep WHERE name=?1") + kLatestFirst, {text}));
}

std::optional<std::string> namesakes(Store& store, const std::string& text) {
  if (by_number(store, text)) return std::nullopt;
  const std::int64_t count = store.select("SELECT count(*) AS n FROM sweep WHERE name=?1", {text}).front()["n"];
  if (count < 2) return std::nullopt;
  return fmt::format("{} sweeps are named '{}': the latest (s{}) is meant", count, text, *find_sweep(store, text));
}

std::string name_of_sweep(Store& store, std::int64_t sweep) {
  return store.select("SELECT name FROM sweep WHERE sweep_id=?1", {sweep}).front()["name"];
}

std::optional<std::int64_t> latest_sweep(Store& store) {
  return first(store.select(std::string("SELECT sweep_id FROM sweep") + kLatestFirst));
}

std::int64_t sweep_named(Store& store, const std::string& text) {
  if (const auto id = find_sweep(store, text)) return *id;
  std::vector<std::string> names;
  for (const OrderedJson& row : store.select("SELECT DISTINCT name FROM sweep ORDER BY name")) names.push_back(row["name"]);
  throw UserError(unknown_word("sweep", text, names));
}

}  // namespace synthbench
