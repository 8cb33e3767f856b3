// Files of every earlier version become files of this one, and nothing in them changes.
#include "results/migrate.h"

#include <unistd.h>

#include <fstream>
#include <map>

#include "results/schema.h"
#include "tests/results/fixtures.h"
#include "tests/results/older_file.h"

namespace synthbench {
namespace {

using Texts = std::vector<std::string>;

Texts texts(const Connection& database, const std::string& sql) {
  Texts out;
  Statement rows = database.prepare(sql);
  while (rows.step()) out.push_back(rows.text(0));
  return out;
}

/// "table cell CREATE TABLE ...": all that a file consists of but for its rows.
Texts shape_of(const Connection& database) {
  return texts(database, "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
}

/// The rows of every table but migration, as text,
/// and but paper_value: those rows are the program's, and come anew whenever it opens the file to write.
std::map<std::string, Texts> rows_of(const Connection& database) {
  std::map<std::string, Texts> out;
  for (const std::string& table :
       texts(database, "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT IN ('migration', 'paper_value')")) {
    std::string columns;
    for (const std::string& column : texts(database, "SELECT name FROM pragma_table_info('" + table + "')")) {
      columns += (columns.empty() ? "quote(" : " || ',' || quote(") + column + ")";
    }
    out[table] = texts(database, "SELECT " + columns + " FROM \"" + table + "\" ORDER BY 1");
  }
  return out;
}

class Migrating : public testing::TestWithParam<std::int64_t> {
 protected:
  TempFolder folder;
  std::string path = folder / "r.db";
};

TEST_P(Migrating, KeepsEveryRowAndGivesTheShapeOfANewFile) {
  make_older_file(path, GetParam());
  const Connection fresh(":memory:", Connection::Mode::write, 1);
  fresh.execute(schema_sql());
  const auto before = rows_of(Connection(path, Connection::Mode::read, 1));
  ASSERT_GT(before.at("sample").size(), 10u);
  {
    const auto store = Store::open_to_write(path);
    ASSERT_TRUE(store->migrated);
    EXPECT_EQ(store->migrated->from, GetParam());
    EXPECT_EQ(store->migrated->to, kSchemaVersion);
    expect_healthy(*store);
    EXPECT_EQ(count(*store, "PRAGMA user_version"), kSchemaVersion);
    EXPECT_EQ(count(*store, "SELECT count(*) FROM migration"), kSchemaVersion) << "one row a version";
    EXPECT_EQ(count(*store, "SELECT count(*) FROM v_seed WHERE metric='median' AND n=2"), 3) << "three variants of two seeds";
  }
  const Connection after(path, Connection::Mode::read, 1);
  EXPECT_EQ(rows_of(after), before);
  EXPECT_EQ(shape_of(after), shape_of(fresh));
  EXPECT_FALSE(Store::open_to_write(path)->migrated) << "once";
}

TEST_P(Migrating, KeepsViewsAndIndexesOfTheUser) {
  make_older_file(path, GetParam());
  Connection(path, Connection::Mode::write, 1)
      .execute("CREATE VIEW mine AS SELECT variant, value FROM v_result WHERE metric='median'; CREATE INDEX my_tags ON tag(tag);");
  const auto store = Store::open_to_write(path);
  EXPECT_GT(count(*store, "SELECT count(*) FROM mine"), 0);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM sqlite_schema WHERE name='my_tags'"), 1);
}

TEST_P(Migrating, LeavesTheFileAsItWasInABackup) {
  make_older_file(path, GetParam());
  std::ofstream(path + ".v" + std::to_string(GetParam()) + ".bak") << "of another day";
  const auto before = shape_of(Connection(path, Connection::Mode::read, 1));
  const std::string backup = Store::open_to_write(path)->migrated->backup;
  EXPECT_EQ(backup, path + ".v" + std::to_string(GetParam()) + ".bak2") << "nothing is overwritten";
  const Connection kept(backup, Connection::Mode::read, 1);
  EXPECT_EQ(kept.integer("PRAGMA user_version"), GetParam());
  EXPECT_EQ(shape_of(kept), before);
  EXPECT_EQ(rows_of(kept), rows_of(Connection(path, Connection::Mode::read, 1)));
}

TEST_P(Migrating, ReadingChangesNoByteOfAnOlderFile) {
  make_older_file(path, GetParam());
  const std::string before = read_file(path);
  const auto store = Store::open_to_read(path);
  EXPECT_EQ(count(*store, "SELECT count(DISTINCT variant) FROM v_result"), 3);
  EXPECT_EQ(count(*store, "PRAGMA user_version"), GetParam());
  EXPECT_EQ(read_file(path), before);
}

TEST_P(Migrating, WithoutABackupNothingIsMigrated) {
  make_older_file(path, GetParam());
  std::filesystem::create_directory(path + ".v" + std::to_string(GetParam()) + ".bak.part" + std::to_string(::getpid()));
  EXPECT_FALSE(user_error([&] { Store::open_to_write(path); }).empty());
  EXPECT_EQ(Connection(path, Connection::Mode::read, 1).integer("PRAGMA user_version"), GetParam());
}

INSTANTIATE_TEST_SUITE_P(From, Migrating, testing::Range(std::int64_t{1}, kSchemaVersion),
                         [](const auto& version) { return "Version" + std::to_string(version.param); });

}  // namespace
}  // namespace synthbench
