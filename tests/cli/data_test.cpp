// data ls, verify and fetch from outside.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

TEST(Data, ListsWhatIsHereAndWhatCanBeFetched) {
  const Place place;
  const Done done = place({"data", "ls", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  std::map<std::string, Json> rows;
  for (const Json& row : Json::parse(done.out)) rows[row["name"].get<std::string>()] = row;
  EXPECT_EQ(rows["tinyshakespeare"]["available"], true);
  EXPECT_EQ(rows["tinyshakespeare"]["bytes"], 1115394);
  EXPECT_EQ(rows["tinyshakespeare"]["licence"], "public domain");
  EXPECT_EQ(rows["enwik8"]["available"], false);
  EXPECT_EQ(rows["enwik8"]["fetch_bytes"], 36445475);
  EXPECT_NE(rows["enwik8"]["reason"].get<std::string>().find("SYNTHBENCH_DATA"), std::string::npos);
  EXPECT_EQ(place({"ls", "datasets", "-o", "json"}).out, done.out);
}

TEST(Data, TheListFitsATerminal) {
  const Done done = Place()({"data", "ls"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.out.find("no: enwik8/enwik8"), std::string::npos) << done.out;
  EXPECT_LE(done.out.find('\n'), 160u) << done.out;
}

TEST(Data, VerifyCountsAndNamesWhatIsDamaged) {
  const Place place;
  const Done good = place({"data", "verify", "tatoeba", "-o", "json"});
  ASSERT_EQ(good.code, 0) << good.err;
  const Json row = Json::parse(good.out).at(0);
  EXPECT_EQ(row["status"], "cut");
  EXPECT_EQ(row["examples"], 2928);
  EXPECT_EQ(row["official"], 17565);
  std::filesystem::create_directories(place.path("GLUE/RTE"));
  place.write("GLUE/RTE/train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\n");
  const Done bad = place({"data", "verify", "rte", "--data", place.folder().string(), "-o", "csv"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.err.find("GLUE/RTE/train.tsv:2: 2 columns, 4 are needed"), std::string::npos) << bad.err;
  std::filesystem::remove(place.path("GLUE/RTE/train.tsv"));
  std::filesystem::create_symlink("train.tsv", place.path("GLUE/RTE/train.tsv"));
  const Done all = place({"data", "verify", "all", "--data", place.folder().string()});
  EXPECT_EQ(all.code, 2) << all.out;
  EXPECT_NE(all.err.find("cannot read"), std::string::npos) << all.err;
  EXPECT_EQ(place({"data", "verify", "wiktext-2"}).code, 2);
  EXPECT_EQ(place({"data", "verify", "enwik8"}).code, 2);
}

TEST(Data, FetchNeedsAPlaceAndAListedName) {
  const Place place;
  EXPECT_EQ(place({"data", "fetch", "enwik8"}).code, 2);
  EXPECT_EQ(place({"data", "fetch", "personachat", "--data", place.folder().string()}).code, 2);
  const std::string list = place.write(
      "list.tsv", "data set\turl\tbytes\tsha256\tplace\tunpack\nenwik8\thttp://127.0.0.1:9/x\t5\t" + std::string(64, 'a') + "\tx\tno\n");
  const Done done = place({"data", "fetch", "enwik8", "--data", place.folder().string()}, {{"SYNTHBENCH_FETCH_LIST", list}});
  EXPECT_EQ(done.code, 2);
  EXPECT_NE(done.err.find("0 of 5 bytes"), std::string::npos) << done.err;
  EXPECT_FALSE(std::filesystem::exists(place.path("x")));
}

}  // namespace
}  // namespace synthbench
