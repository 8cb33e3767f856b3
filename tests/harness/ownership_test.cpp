// Who owns a claim, and who has the device.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "harness/base/words.h"
#include "harness/device_lock.h"
#include "harness/owner.h"

extern char** environ;

namespace synthbench {
namespace {

/// A process that sleeps until it is ended.
class Sleeper {
 public:
  Sleeper() {
    std::string program = "sleep", seconds = "60";
    std::array<char*, 3> argv = {program.data(), seconds.data(), nullptr};
    if (::posix_spawnp(&pid_, "sleep", nullptr, nullptr, argv.data(), environ) != 0) throw std::runtime_error("no sleep");
  }
  ~Sleeper() { end(); }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

std::string with_part(std::size_t part, const std::string& value) {
  std::vector<std::string> parts = split(this_owner(), '|');
  parts.at(part) = value;
  return join(parts, "|");
}

TEST(Owner, TheLivingAreNotDead) { EXPECT_FALSE(is_dead_here(this_owner())); }

TEST(Owner, AProcessThatHasEndedIsDead) {
  Sleeper sleeper;
  const std::string pid = std::to_string(sleeper.pid());
  sleeper.end();
  EXPECT_TRUE(is_dead_here(with_part(3, pid)));
}

TEST(Owner, AnotherProcessWithTheNumberOfTheDeadIsNotTheOwner) { EXPECT_TRUE(is_dead_here(with_part(4, "1"))); }

TEST(Owner, OfOtherHostsBootsAndNamespacesNothingIsKnown) {
  for (const std::size_t part : {0u, 1u, 2u}) EXPECT_FALSE(is_dead_here(with_part(part, "elsewhere"))) << part;
  EXPECT_FALSE(is_dead_here(""));
  EXPECT_FALSE(is_dead_here("somebody"));
}

/// Locks in a folder of their own, so that no run of the machine is disturbed.
class DeviceLocks : public ::testing::Test {
 protected:
  DeviceLocks() {
    std::string pattern = (std::filesystem::temp_directory_path() / "synthbench-locks-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    if (const char* before = std::getenv("XDG_RUNTIME_DIR")) before_ = before;
    ::setenv("XDG_RUNTIME_DIR", folder_.c_str(), 1);
  }
  ~DeviceLocks() override {
    before_.empty() ? ::unsetenv("XDG_RUNTIME_DIR") : ::setenv("XDG_RUNTIME_DIR", before_.c_str(), 1);
    std::filesystem::remove_all(folder_);
  }

 private:
  std::string folder_, before_;
};
using Mode = DeviceLock::Mode;

TEST_F(DeviceLocks, OneSpeedLaunchAtATime) {
  DeviceLock a("cpu"), b("cpu");
  EXPECT_TRUE(a.try_lock(Mode::exclusive));
  EXPECT_FALSE(b.try_lock(Mode::exclusive));
  EXPECT_FALSE(b.try_lock(Mode::shared));
  a.unlock();
  EXPECT_TRUE(b.try_lock(Mode::exclusive));
}

TEST_F(DeviceLocks, TrainingsShareAndKeepSpeedLaunchesOut) {
  DeviceLock a("cpu"), b("cpu"), c("cpu");
  EXPECT_TRUE(a.try_lock(Mode::shared));
  EXPECT_TRUE(b.try_lock(Mode::shared));
  EXPECT_FALSE(c.try_lock(Mode::exclusive));
  a.unlock();
  EXPECT_FALSE(c.try_lock(Mode::exclusive));
  b.unlock();
  EXPECT_TRUE(c.try_lock(Mode::exclusive));
}

TEST_F(DeviceLocks, WhoHasJustLetGoQueuesBehindWhoWaits) {
  DeviceLock a("cpu"), b("cpu");
  ASSERT_TRUE(a.try_lock(Mode::exclusive));
  ASSERT_FALSE(b.try_lock(Mode::exclusive));  // b stands in the turnstile
  a.unlock();
  EXPECT_FALSE(a.try_lock(Mode::exclusive));
  EXPECT_TRUE(b.try_lock(Mode::exclusive));
  b.unlock();
  EXPECT_TRUE(a.try_lock(Mode::exclusive));
}

TEST_F(DeviceLocks, WhoHoldsItSeesThatAnotherWaits) {
  DeviceLock a("cpu"), b("cpu");
  ASSERT_TRUE(a.try_lock(Mode::shared));
  EXPECT_FALSE(a.is_wanted());
  ASSERT_FALSE(b.try_lock(Mode::exclusive));
  EXPECT_TRUE(a.is_wanted());
  b.unlock();
  EXPECT_FALSE(a.is_wanted());
}

TEST_F(DeviceLocks, DevicesDoNotKnowOfEachOther) {
  DeviceLock cpu("cpu"), gpu("cuda0");
  EXPECT_TRUE(cpu.try_lock(Mode::exclusive));
  EXPECT_TRUE(gpu.try_lock(Mode::exclusive));
}

TEST_F(DeviceLocks, GivingUpLeavesTheTurnstile) {
  DeviceLock a("cpu"), b("cpu"), c("cpu");
  ASSERT_TRUE(a.try_lock(Mode::exclusive));
  ASSERT_FALSE(b.try_lock(Mode::exclusive));
  b.unlock();
  a.unlock();
  EXPECT_TRUE(c.try_lock(Mode::exclusive));
}

}  // namespace
}  // namespace synthbench
