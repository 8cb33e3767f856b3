#include "results/reference_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "results/paper_values.h"
#include "results/place_rows.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

constexpr std::string_view kBetween = "\n---\n";  // parts of a note that came from several files

std::optional<std::int64_t> id_of(const Connection& database, const char* sql, const OrderedJson& name, const OrderedJson& sha) {
  Statement find = database.prepare(sql);
  find.bind(name.get<std::string>(), sha.get<std::string>());
  return find.step() ? std::optional(find.integer(0)) : std::nullopt;
}

std::optional<std::int64_t> sweep_of(const Connection& database, const OrderedJson& row) {
  return id_of(database, "SELECT sweep_id FROM sweep WHERE name=? AND plan_sha=?", row["sweep"], row["plan_sha"]);
}

class Merger {
 public:
  Merger(const Connection& to, Store& from) : to_(to), from_(from) {}

  std::vector<std::string> merge() {
    for (const OrderedJson& row :
         from_.select("SELECT s.name AS sweep, s.plan_sha, t.tag, t.note FROM tag t JOIN sweep s USING(sweep_id)")) {
      tag(row);
    }
    for (const OrderedJson& row : from_.select(R"(SELECT b.name, s.name AS sweep, s.plan_sha, b.build_id, b.env_id, b.filter, b.created_at
                                                  FROM baseline b JOIN sweep s USING(sweep_id))")) {
      baseline(row);
    }
    for (const OrderedJson& row : from_.select("SELECT * FROM noise_floor")) noise_floor(row);
    for (const OrderedJson& row : from_.select("SELECT * FROM saved_query")) query(row);
    for (const OrderedJson& row : from_.select("SELECT * FROM paper_value")) paper_value(row);
    return std::move(doubtful_);
  }

 private:
  void tag(const OrderedJson& row) {
    const auto sweep = sweep_of(to_, row);
    if (!sweep) return;
    const std::string name = row["tag"];
    std::string note = row["note"];
    Statement known = to_.prepare("SELECT note FROM tag WHERE sweep_id=? AND tag=?");
    if (known.bind(*sweep, name).step()) note = united_notes(known.text(0), note);
    to_.prepare("INSERT OR REPLACE INTO tag(sweep_id, tag, note) VALUES(?, ?, ?)").run(*sweep, name, note);
  }

  /// Ids of this database for a build and a machine of the other one; absent where it names none.
  std::optional<std::int64_t> build_here(const OrderedJson& id) {
    return id.is_null() ? std::nullopt : std::optional(insert_build(to_, stored_build(from_, id)));
  }
  std::optional<std::int64_t> env_here(const OrderedJson& id) {
    return id.is_null() ? std::nullopt : std::optional(insert_env(to_, stored_env(from_, id)));
  }

  void baseline(const OrderedJson& row) {
    const auto sweep = sweep_of(to_, row);
    if (!sweep) return;
    const std::string name = row["name"], filter = row["filter"], created = row["created_at"];
    const auto build = build_here(row["build_id"]), env = env_here(row["env_id"]);
    Statement known = to_.prepare(
        R"(SELECT (b.sweep_id, b.build_id, b.env_id, b.filter, b.created_at) IS (?2, ?3, ?4, ?5, ?6),
                  (b.created_at, s.name, s.plan_sha, b.filter,
                   coalesce((SELECT build_sha FROM build WHERE build_id=b.build_id), ''),
                   coalesce((SELECT env_sha FROM env WHERE env_id=b.env_id), ''))
                  <= (?6, ?7, ?8, ?5, coalesce((SELECT build_sha FROM build WHERE build_id=?3), ''),
                      coalesce((SELECT env_sha FROM env WHERE env_id=?4), ''))
           FROM baseline b JOIN sweep s USING(sweep_id) WHERE b.name=?1)");
    const bool taken =
        known.bind(name, *sweep, build, env, filter, created, row["sweep"].get<std::string>(), row["plan_sha"].get<std::string>()).step();
    if (taken && known.integer(0) == 1) return;
    if (taken) doubtful_.push_back(fmt::format("baseline '{}' named two things: the one that was saved first stays", name));
    if (taken && known.integer(1) == 1) return;
    to_.prepare("INSERT OR REPLACE INTO baseline(name, sweep_id, build_id, env_id, filter, created_at) VALUES(?, ?, ?, ?, ?, ?)")
        .run(name, *sweep, build, env, filter, created);
  }

  void noise_floor(const OrderedJson& row) {
    to_.prepare(
           R"(INSERT INTO noise_floor(env_id, backend, bucket, pairs, rel_p95, measured_at) VALUES(?, ?, ?, ?, ?, ?)
              ON CONFLICT(env_id, backend, bucket) DO UPDATE SET pairs=excluded.pairs, rel_p95=excluded.rel_p95, measured_at=excluded.measured_at
              WHERE (excluded.measured_at, excluded.rel_p95, excluded.pairs) > (noise_floor.measured_at, noise_floor.rel_p95, noise_floor.pairs))")
        .run(env_here(row["env_id"]), row["backend"].get<std::string>(), row["bucket"].get<std::string>(), row["pairs"].get<std::int64_t>(),
             row["rel_p95"].get<double>(), row["measured_at"].get<std::string>());
  }

  void query(const OrderedJson& row) {
    const std::string name = row["name"], sql = row["sql"], doc = row["doc"];
    Statement known = to_.prepare("SELECT (sql, doc) = (?2, ?3), (sql, doc) <= (?2, ?3) FROM saved_query WHERE name=?1");
    const bool taken = known.bind(name, sql, doc).step();
    if (taken && known.integer(0) == 0)
      doubtful_.push_back(fmt::format("query '{}' named two texts: the one that sorts first stays", name));
    if (taken && known.integer(1) == 1) return;
    to_.prepare("INSERT OR REPLACE INTO saved_query(name, sql, doc) VALUES(?, ?, ?)").run(name, sql, doc);
  }

  void paper_value(const OrderedJson& row) {
    const std::string paper = row["paper"], table = row["tbl"], line = row["row_label"], column = row["col_label"], note = row["note"];
    if (is_shipped(paper, table, note)) return;  // whoever opens the database has those of its program
    const double value = row["value"];
    Statement known = to_.prepare("SELECT value, note FROM paper_value WHERE paper=? AND tbl=? AND row_label=? AND col_label=?");
    if (known.bind(paper, table, line, column).step() && !is_shipped(paper, table, known.text(1))) {
      const auto here = std::pair(known.number(0), known.text(1)), there = std::pair(value, note);
      if (here.first != there.first)
        doubtful_.push_back(fmt::format("{}/{}, {}, {}: two values of one's own: the smaller one stays", paper, table, line, column));
      if (here <= there) return;
    }
    to_.prepare("INSERT OR REPLACE INTO paper_value VALUES(?, ?, ?, ?, ?, ?, ?)")
        .run(paper, table, line, column, row["metric"].get<std::string>(), value, note);
  }

  const Connection& to_;
  Store& from_;
  std::vector<std::string> doubtful_;
};

void add_parts(const std::string& note, std::set<std::string>& parts) {
  for (std::size_t begin = 0; begin <= note.size();) {
    const std::size_t end = std::min(note.find(kBetween, begin), note.size());
    if (end > begin) parts.insert(note.substr(begin, end - begin));
    begin = end + kBetween.size();
  }
}

}  // namespace

std::vector<std::string> merge_references(Store& to, Store& from) {
  std::vector<std::string> doubtful;
  dynamic_cast<SqliteStore&>(to).write([&](const Connection& database) { doubtful = Merger(database, from).merge(); });
  return doubtful;
}

std::string united_notes(const std::string& one, const std::string& other) {
  if (one == other) return one;
  std::set<std::string> parts;
  add_parts(one, parts);
  add_parts(other, parts);
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : std::string(kBetween)) + part;
  return out;
}

}  // namespace synthbench
