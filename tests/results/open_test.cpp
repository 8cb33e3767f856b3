// Bad places for a database: one clear line, no byte changed, no file left.
#include "results/open.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "results/schema.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

void write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

TEST(Open, MakesADatabaseThatOthersRecognise) {
  TempFolder folder;
  const auto store = Store::open_to_write(folder / "r.db");
  EXPECT_EQ(count(*store, "PRAGMA application_id"), 0x53594E42);
  EXPECT_EQ(count(*store, "PRAGMA user_version"), 2);
  EXPECT_EQ(store->select("PRAGMA journal_mode").at(0).begin().value(), "wal");
  EXPECT_EQ(count(*store, "PRAGMA foreign_keys"), 1);
  EXPECT_EQ(count(*store, "PRAGMA synchronous"), 2) << "FULL";
  EXPECT_EQ(count(*store, "SELECT count(*) FROM migration"), 1);
  expect_healthy(*store);
}

TEST(Open, AnEmptyFileBecomesADatabase) {
  TempFolder folder;
  write(folder / "r.db", "");
  EXPECT_EQ(count(*Store::open_to_write(folder / "r.db"), "SELECT count(*) FROM cell"), 0);
}

TEST(Open, OddNamesAreNamesAndNothingElse) {
  TempFolder folder;
  for (const char* name : {"a b.db", "what?mode=memory", "100%25.db", "x#y", "'; DROP TABLE cell;--", "ü漢.db"}) {
    { Sweep sweep(folder / name, some_cells()); }
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
    EXPECT_EQ(count(*Store::open_to_read(folder / name), "SELECT count(*) FROM cell"), 4) << name;
  }
}

TEST(Open, NamesTheFolderThatIsMissingAndDoesNotMakeIt) {
  TempFolder folder;
  const std::string line = user_error([&] { Store::open_to_write(folder / "nowhere/r.db"); });
  EXPECT_TRUE(has(line, "nowhere does not exist")) << line;
  EXPECT_TRUE(folder.names().empty());
  EXPECT_TRUE(has(user_error([&] { Store::open_to_write(folder.path().string()); }), "is a folder"));
}

TEST(Open, ReadingNeverMakesADatabase) {
  TempFolder folder;
  EXPECT_TRUE(has(user_error([&] { Store::open_to_read(folder / "typo.db"); }), "typo.db"));
  EXPECT_TRUE(folder.names().empty());
  write(folder / "empty.db", "");
  EXPECT_TRUE(has(user_error([&] { Store::open_to_read(folder / "empty.db"); }), "empty"));
}

TEST(Open, RefusesWhatIsNoDatabaseAndKeepsEveryByte) {
  const std::string half_header = std::string("SQLite format 3\0", 16) + std::string(1400, '\x10');
  for (const std::string& bytes : {std::string(5000, 'x'), std::string("three years of work\n"), half_header}) {
    TempFolder folder;
    write(folder / "thesis.db", bytes);
    for (const bool writing : {false, true}) {
      const std::string line =
          user_error([&] { writing ? Store::open_to_write(folder / "thesis.db") : Store::open_to_read(folder / "thesis.db"); });
      EXPECT_TRUE(has(line, "thesis.db") && has(line, "database")) << line;
    }
    EXPECT_EQ(read_file(folder / "thesis.db"), bytes);
    EXPECT_EQ(folder.names().size(), 1u) << "a lock file was left";
  }
}

TEST(Open, RefusesSomebodyElsesDatabase) {
  TempFolder folder;
  const std::string path = folder / "photos.db";
  Connection(path, Connection::Mode::write, 1).execute("CREATE TABLE photo(name TEXT); INSERT INTO photo VALUES('cat')");
  const std::string before = read_file(path);
  for (const bool writing : {false, true}) {
    const std::string line = user_error([&] { writing ? Store::open_to_write(path) : Store::open_to_read(path); });
    EXPECT_TRUE(has(line, "application_id")) << line;
  }
  EXPECT_EQ(read_file(path), before);
  EXPECT_EQ(folder.names().size(), 1u);
}

TEST(Open, KnowsWhoseItIsWhereItsSchemaCannotBeRead) {
  TempFolder folder;
  const std::string path = folder / "future.db";
  Connection(path, Connection::Mode::write, 1)
      .execute(
          "CREATE TABLE t(a); PRAGMA application_id = 77; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABEL t(a)'");
  for (const bool writing : {false, true}) {
    const std::string line = user_error([&] { writing ? Store::open_to_write(path) : Store::open_to_read(path); });
    EXPECT_TRUE(has(line, "belongs to another program")) << line;
  }
}

TEST(Open, RefusesANewerVersionAndNamesBoth) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  { Sweep sweep(path, some_cells()); }
  Connection(path, Connection::Mode::write, 1).execute("PRAGMA user_version = 999");
  const std::string before = read_file(path);
  for (const bool writing : {false, true}) {
    const std::string line = user_error([&] { writing ? Store::open_to_write(path) : Store::open_to_read(path); });
    EXPECT_TRUE(has(line, "999") && has(line, "up to 2")) << line;
  }
  EXPECT_EQ(read_file(path), before);
}

TEST(Open, RefusesAFileWithOurIdAndNoneOfOurTables) {
  TempFolder folder;
  const std::string path = folder / "rest.db";
  Connection(path, Connection::Mode::write, 1).execute("PRAGMA application_id = 0x53594E42; PRAGMA user_version = 2; CREATE TABLE cell(x)");
  const std::string before = read_file(path);
  for (const bool writing : {false, true}) {
    const std::string line = user_error([&] { writing ? Store::open_to_write(path) : Store::open_to_read(path); });
    EXPECT_TRUE(has(line, "not its tables")) << line;
  }
  EXPECT_EQ(read_file(path), before);
}

TEST(Open, ReadingChangesNoByte) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  {
    Sweep sweep(path, some_cells());
    sweep.store->checkpoint();
  }
  const std::string before = read_file(path);
  EXPECT_EQ(count(*Store::open_to_read(path), "SELECT count(*) FROM v_result"), 4);
  EXPECT_EQ(read_file(path), before);
}

TEST(Open, AfterACheckpointTheOneFileIsEverything) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  sweep.finish_all([](const auto&) { return timed({{0.1, 0.2}}); });
  sweep.store->checkpoint();
  write(folder / "copy.db", read_file(folder / "r.db"));
  EXPECT_EQ(count(*Store::open_to_read(folder / "copy.db"), "SELECT count(*) FROM cell WHERE state='done'"), 4);
}

TEST(Open, AFileThatWasLeftInTheMiddleOfACheckpointIsMended) {
  TempFolder folder;
  const std::string path = folder / "killed.db";
  {
    Sweep sweep(folder / "r.db", some_cells());
    sweep.store->checkpoint();
    sweep.finish_all([](const auto&) { return timed({std::vector<double>(2000, 0.001)}); });
    // Copied with its log while a writer is at it. A checkpoint has then written the first page, whose bytes 28 to 31 count
    // pages that are still in the log alone.
    std::string pages = read_file(folder / "r.db");
    const std::string log = read_file(folder / "r.db-wal");
    ASSERT_GT(log.size(), 100'000u);
    pages[31] = static_cast<char>(pages[31] + 1);
    write(path, pages);
    write(path + "-wal", log);
  }
  EXPECT_EQ(count(*Store::open_to_read(path), "SELECT count(*) FROM sample"), 4 * 2000);
  EXPECT_EQ(count(*Sweep(path, some_cells()).store, "SELECT count(*) FROM cell WHERE state='done'"), 4);
  expect_healthy(*Store::open_to_read(path));
}

TEST(Open, AFileThatWasRemovedOrReplacedIsWrittenNoMore) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const auto store = Store::open_to_write(path);
  (void)store->build_id(a_build());
  std::filesystem::rename(path, folder / "moved.db");
  EXPECT_THROW((void)store->build_id(a_build("edited")), UserError);
  std::ofstream(path) << "another file";
  EXPECT_THROW((void)store->build_id(a_build("edited")), UserError);
}

TEST(Open, ALockFileThatLeadsNowhereIsRefused) {
  TempFolder folder;
  std::filesystem::create_symlink("nowhere", folder / "r.db.lock");
  EXPECT_THROW(Store::open_to_write(folder / "r.db"), UserError);
  EXPECT_THROW(WriteLock(folder / "gone/r.db"), UserError);
}

TEST(Open, ReadersWorkBesideAHeldWriteLock) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  const Connection holder(folder / "r.db", Connection::Mode::write, 1);
  const Transaction held(holder);
  EXPECT_EQ(count(*Store::open_to_read(folder / "r.db"), "SELECT count(*) FROM cell"), 4);
}

TEST(Open, AWriterGivesUpAfterTheTimeoutAndSaysWhy) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const auto store = Store::open_to_write(path, 0.2);
  {
    const Connection holder(path, Connection::Mode::write, 1);
    const Transaction held(holder);
    EXPECT_TRUE(has(user_error([&] { store->env_id(a_machine()); }), "another program is using"));
  }
  {
    WriteLock sibling(path);
    const WriteLock::Turn turn(sibling, 1);
    EXPECT_TRUE(has(user_error([&] { store->env_id(a_machine()); }), "another synthbench is using"));
    EXPECT_TRUE(has(user_error([&] { Store::open_to_write(path, 0.1); }), "another synthbench is using"));
  }
  EXPECT_EQ(store->env_id(a_machine()), 1) << "and later the same call succeeds";
}

TEST(Open, KnowsNetworkFileSystems) {
  EXPECT_EQ(network_file_system(0x6969), "NFS");
  EXPECT_EQ(network_file_system(static_cast<long>(0xFE534D42)), "SMB");
  EXPECT_EQ(network_file_system(static_cast<std::int32_t>(0xFE534D42)), "SMB") << "f_type may be a signed 32-bit number";
  EXPECT_EQ(network_file_system(0x0BD00BD0), "Lustre");
  EXPECT_EQ(network_file_system(0xEF53), "") << "ext4";
  EXPECT_EQ(network_file_system(0x01021994), "") << "tmpfs";
}

/// A file system of two MiB, where mounting is allowed.
class SmallDisk : public testing::Test {
 protected:
  void SetUp() override {
    disk_ = folder_ / "disk";
    std::filesystem::create_directory(disk_);
    if (::mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=2m") != 0) GTEST_SKIP() << "mount is not allowed here (needs root)";
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) ::umount2(disk_.c_str(), MNT_DETACH);
  }
  void fill(std::uintmax_t leave) {
    const std::uintmax_t free = std::filesystem::space(disk_).available;
    if (free > leave) write(disk_ + "/filler", std::string(free - leave, '\0'));
  }

  TempFolder folder_;
  std::string disk_;
  bool mounted_ = false;
};

TEST_F(SmallDisk, FullAtTheStartLeavesNothingBehind) {
  for (const std::uintmax_t room : {std::uintmax_t{0}, std::uintmax_t{8192}, std::uintmax_t{40000}}) {
    fill(room);
    const std::string path = disk_ + "/r.db";
    const std::string line = user_error([&] { Store::open_to_write(path); });
    EXPECT_TRUE(has(line, "full")) << line;
    EXPECT_FALSE(std::filesystem::exists(path)) << "with " << room << " bytes of room";
    EXPECT_FALSE(std::filesystem::exists(path + ".lock"));
    std::filesystem::remove(disk_ + "/filler");
  }
  EXPECT_EQ(count(*Store::open_to_write(disk_ + "/r.db"), "SELECT count(*) FROM cell"), 0);
}

TEST_F(SmallDisk, FullInTheMiddleLosesNothingFinished) {
  const std::string path = disk_ + "/r.db";
  {
    Sweep sweep(path, some_cells());
    ASSERT_TRUE(sweep.store->finish(*sweep.claim(1), "me", timed({{0.1}})));
    const auto claimed = sweep.claim(2);
    fill(4096);
    const std::string line = user_error([&] { sweep.store->finish(*claimed, "me", timed({std::vector<double>(5000, 0.25)})); });
    EXPECT_TRUE(has(line, "full")) << line;
    std::filesystem::remove(disk_ + "/filler");
    EXPECT_TRUE(sweep.store->finish(*claimed, "me", timed({{0.2}}))) << "the claim is still ours";
    expect_healthy(*sweep.store);
  }
  EXPECT_EQ(count(*Store::open_to_read(path), "SELECT count(*) FROM cell WHERE state='done'"), 2);
}

TEST_F(SmallDisk, AReadOnlyPlaceCanBeReadAndRefusesWriting) {
  const std::string path = disk_ + "/r.db";
  { Sweep sweep(path, some_cells()); }
  ASSERT_EQ(::mount("tmpfs", disk_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
  EXPECT_TRUE(has(user_error([&] { Store::open_to_write(path); }), "Read-only"));
  EXPECT_TRUE(has(user_error([&] { Store::open_to_write(disk_ + "/new.db"); }), "Read-only"));
  EXPECT_EQ(count(*Store::open_to_read(path), "SELECT count(*) FROM cell"), 4);
}

}  // namespace
}  // namespace synthbench
