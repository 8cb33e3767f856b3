// _toml: the decoder that toml-test calls. The language itself is tested in tests/ablations/toml_test.cpp.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

TEST(TomlDecoder, PrintsTaggedJsonAndRefusesWhatIsNotToml) {
  const Place place;
  place.write("valid.toml", "a = [1, 2.5]\nb = 1979-05-27\n");
  place.write("invalid.toml", "a = 1\nb = \n");
  const Done done = place({"_toml"}, {}, "valid.toml");
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(Json::parse(done.out), Json::parse(R"({"a":[{"type":"integer","value":"1"},{"type":"float","value":"2.5"}],
                                                   "b":{"type":"date-local","value":"1979-05-27"}})"));
  EXPECT_EQ(refusal_flaw(place({"_toml"}, {}, "invalid.toml"), {"TOML:2", "not TOML"}), "");
}

TEST(TomlDecoder, IsHidden) {
  const Place place;
  EXPECT_EQ(place({"--help"}).out.find("_toml"), std::string::npos);
}

}  // namespace
}  // namespace synthbench
