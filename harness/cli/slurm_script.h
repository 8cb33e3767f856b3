#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace synthbench {

/// What a job array of Slurm runs: one part of a plan per task.
struct SlurmJob {
  std::string sweep, grid, db_path;
  std::vector<std::uint64_t> parts;  ///< numbers of the parts that have cells, from 1 up
  std::uint64_t count = 1;           ///< parts of the plan, empty ones included
  bool times = false;                ///< has speed cells, which want a node of their own
  bool gpu = false;
  std::vector<std::string> options;    ///< more options of sbatch, without dashes: "time=4:00:00"
  std::vector<std::string> run_flags;  ///< passed on to `run`
};

/// A script for sbatch. Its tasks can be submitted again one by one, whatever their numbers.
std::string slurm_script(const SlurmJob& job);

/// {1, 2, 3, 5} -> "1-3,5"
std::string number_list(const std::vector<std::uint64_t>& numbers);

}  // namespace synthbench
