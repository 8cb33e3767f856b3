#include "results/words_of_sweeps.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

void write(Store& store, const std::function<void(const Connection&)>& statements) { dynamic_cast<SqliteStore&>(store).write(statements); }

}  // namespace

void add_tag(Store& store, std::int64_t sweep, const std::string& tag) {
  if (trim(tag).empty()) throw UserError("a tag is a word, not '" + tag + "'");
  write(store, [&](const Connection& database) {
    database.prepare("INSERT INTO tag(sweep_id, tag) VALUES(?, ?) ON CONFLICT DO NOTHING").run(sweep, tag);
  });
}

void remove_tag(Store& store, std::int64_t sweep, const std::string& tag) {
  std::vector<std::string> tags;
  for (const OrderedJson& row : store.select("SELECT tag FROM tag WHERE sweep_id=?1 AND tag<>'' ORDER BY tag", {sweep})) {
    tags.push_back(row["tag"]);
  }
  if (tags.empty()) throw UserError(fmt::format("s{} has no tags", sweep));
  if (std::find(tags.begin(), tags.end(), tag) == tags.end()) throw UserError(unknown_word(fmt::format("tag of s{}", sweep), tag, tags));
  write(store, [&](const Connection& database) { database.prepare("DELETE FROM tag WHERE sweep_id=? AND tag=?").run(sweep, tag); });
}

void set_unmatched(Store& store, std::int64_t sweep, const std::string& note) {
  const auto known = store.select("SELECT note FROM tag WHERE sweep_id=?1 AND tag=?2", {sweep, kUnmatchedTag});
  if (known.empty() ? note.empty() : known.front()["note"] == note) return;
  write(store, [&](const Connection& database) {
    database.prepare("DELETE FROM tag WHERE sweep_id=? AND tag=?").run(sweep, kUnmatchedTag);
    if (!note.empty()) database.prepare("INSERT INTO tag(sweep_id, tag, note) VALUES(?, ?, ?)").run(sweep, kUnmatchedTag, note);
  });
}

void set_note(Store& store, std::int64_t sweep, const std::string& note) {
  write(store, [&](const Connection& database) {
    database.prepare("DELETE FROM tag WHERE sweep_id=? AND tag=''").run(sweep);
    if (!note.empty()) database.prepare("INSERT INTO tag(sweep_id, tag, note) VALUES(?, '', ?)").run(sweep, note);
  });
}

}  // namespace synthbench
