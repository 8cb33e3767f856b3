#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "tasks/datasets/data_set.h"
#include "tests/tasks/scratch.h"

namespace synthbench {

/// Data sets in a folder that is made here and goes away, which SYNTHBENCH_DATA names.
class OwnFolder : public ::testing::Test {
 protected:
  void put(const std::string& place, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(data_ / place).parent_path());
    write_file(data_ / place, text);
  }
  static std::vector<std::string> texts(const NamedData& data, Split split, const std::string& field) {
    std::vector<std::string> all;
    const Examples examples = data.read(split);
    for (Record record; examples(record);) all.push_back(record.at(field));
    return all;
  }
  static std::string refusal(const std::string& name, Split split) {
    try {
      const Examples examples = NamedData(name).read(split);
      for (Record record; examples(record);) {
      }
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  void shell(const std::string& commands) { ASSERT_EQ(std::system(("cd '" + data_.path() + "' && " + commands).c_str()), 0) << commands; }

  ScratchFolder data_, cache_;
  WithEnvironment environment_{"SYNTHBENCH_DATA", data_.path().c_str()};
  WithEnvironment remembers_{"SYNTHBENCH_CACHE", cache_.path().c_str()};
};

}  // namespace synthbench
