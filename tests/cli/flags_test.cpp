// Every flag of every command has a variable and a key of the user config.
#include "harness/cli/flags.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/base/error.h"
#include "harness/cli/command.h"

namespace synthbench {
namespace {

/// Sets a variable for as long as it lives.
class Variable {
 public:
  Variable(std::string name, const std::string& text) : name_(std::move(name)) { ::setenv(name_.c_str(), text.c_str(), 1); }
  ~Variable() { ::unsetenv(name_.c_str()); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  std::string name_;
};

std::string long_name(const FlagSet::Entry& flag) { return flag.names.substr(flag.names.find("--") + 2); }

/// What a command finds for a flag when the command line holds no more than the arguments that it needs.
FlagValue found(const std::string& name, const Command& command, const std::string& flag, std::span<const Setting> config = {}) {
  FlagSet flags(name);
  const Action unused = command.declare(flags);
  flags.parse(std::vector<std::string>(flags.arguments().size(), "argument"), config);
  return flags.said(flag);
}

/// Calls check(name, command, flag) for all flags of all commands, hidden ones too.
template <typename Check>
int for_each_flag(Check check) {
  int count = 0;
  for (const auto& [name, command] : commands()) {
    FlagSet flags(name);
    const Action unused = command.declare(flags);
    for (const FlagSet::Entry& flag : flags.flags()) {
      SCOPED_TRACE(name + " --" + long_name(flag));
      check(name, command, flag);
      ++count;
    }
  }
  return count;
}

TEST(Flags, EachIsReadFromItsVariable) {
  const int count = for_each_flag([](const std::string& name, const Command& command, const FlagSet::Entry& flag) {
    std::string variable = "SYNTHBENCH_" + long_name(flag);
    for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(flag.variable, variable);
    EXPECT_FALSE(found(name, command, long_name(flag)));
    const std::string text = flag.value.empty() ? "true" : "some text";
    const Variable set(variable, text);
    const FlagValue value = found(name, command, long_name(flag));
    EXPECT_EQ(value.text, text);
    EXPECT_EQ(value.where, variable + "=" + text);
    EXPECT_EQ(value.by, SaidBy::environment);
  });
  EXPECT_GT(count, 100);
}

TEST(Flags, EachIsReadFromTheUserConfigWhereItsVariableSaysNothing) {
  for_each_flag([](const std::string& name, const Command& command, const FlagSet::Entry& flag) {
    const Setting setting{long_name(flag), flag.value.empty() ? Json(true) : Json("some text"), {"config.toml", 3, SaidBy::user_config}};
    const FlagValue value = found(name, command, long_name(flag), {&setting, 1});
    EXPECT_EQ(value.text, flag.value.empty() ? "true" : "some text");
    EXPECT_EQ(value.where, "config.toml:3: " + long_name(flag));
    EXPECT_EQ(value.by, SaidBy::user_config);
    const Variable set(flag.variable, flag.value.empty() ? "off" : "other");
    EXPECT_EQ(found(name, command, long_name(flag), {&setting, 1}).text, flag.value.empty() ? "false" : "other");
  });
}

TEST(Flags, ASwitchThatIsNoneIsRefusedWithItsVariable) {
  const Variable set("SYNTHBENCH_QUICK", "perhaps");
  try {
    found("plan", commands().at("plan"), "quick");
    FAIL() << "accepted";
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()), "SYNTHBENCH_QUICK=perhaps: not a switch (1, true, yes, on; 0, false, no, off)");
  }
}

}  // namespace
}  // namespace synthbench
