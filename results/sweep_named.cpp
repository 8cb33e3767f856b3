#include "results/sweep_named.h"

#include <charconv>

#include "harness/base/error.h"
#include "harness/base/words.h"

namespace synthbench {

std::optional<std::int64_t> find_sweep(Store& store, const std::string& text) {
  std::int64_t id = 0;
  const char* end = text.data() + text.size();
  const bool is_id = text.starts_with("s") && std::from_chars(text.data() + 1, end, id).ptr == end;
  const auto found = is_id ? store.select("SELECT sweep_id AS id FROM sweep WHERE sweep_id=?1", {id})
                           : store.select("SELECT max(sweep_id) AS id FROM sweep WHERE name=?1 HAVING id IS NOT NULL", {text});
  return found.empty() ? std::nullopt : std::optional(found.front()["id"].get<std::int64_t>());
}

std::int64_t sweep_named(Store& store, const std::string& text) {
  if (const auto id = find_sweep(store, text)) return *id;
  std::vector<std::string> names;
  for (const OrderedJson& row : store.select("SELECT DISTINCT name FROM sweep ORDER BY name")) names.push_back(row["name"]);
  throw UserError(unknown_word("sweep", text, names));
}

}  // namespace synthbench
