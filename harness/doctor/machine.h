#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace synthbench {

/// Where facts about a machine come from; tests build one from a folder that holds a proc and a sys, and from plain functions.
struct Machine {
  std::filesystem::path root = "/";  ///< holds proc and sys

  struct FileSystem {
    long type = 0;                ///< f_type of statfs(2)
    std::int64_t free_bytes = 0;  ///< for this user
    bool writable = false;        ///< by this user
  };
  std::function<std::optional<FileSystem>(const std::string& folder)> file_system;  ///< nullopt: no such folder
  std::function<double()> clock_step;  ///< smallest step seen of the clock that times samples, seconds
  /// errno of opening one of kCounterEvents (harness/measure/counters.h); 0: it works
  std::function<int(const std::string& counter)> open_counter;
  std::function<bool()> randomizes;  ///< false: this process was started with address randomization off
  /// What a command prints to stdout; nullopt when it cannot be started or fails.
  std::function<std::optional<std::string>(const std::string& command)> output_of;

  /// The first line of a file below root, "proc/loadavg"; nullopt where there is none or it is empty.
  std::optional<std::string> line(const std::string& path) const;
  std::optional<std::int64_t> number(const std::string& path) const;
  /// The value of "key: value" in a file below root.
  std::optional<std::string> value(const std::string& path, const std::string& key) const;
  /// Files below root/FOLDER whose names hold a text, sorted.
  std::vector<std::string> names(const std::string& folder, const std::string& part) const;
  bool has(const std::string& path) const { return std::filesystem::exists(root / path); }
};

/// The one that this program runs on.
Machine this_very_machine();

}  // namespace synthbench
