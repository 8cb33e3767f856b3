#include "harness/base/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace synthbench {
namespace {

TEST(Files, WhatIsNoRegularFileIsWrittenToAndNotReplaced) {
  const std::string path = std::filesystem::temp_directory_path() / ("synthbench-files-test-" + std::to_string(::getpid()));
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDWR | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_file(path, "abc");
  std::array<char, 8> got{};
  EXPECT_EQ(::read(reader, got.data(), got.size()), 3);
  EXPECT_STREQ(got.data(), "abc");
  EXPECT_TRUE(std::filesystem::is_fifo(path));
  ::close(reader);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace synthbench
