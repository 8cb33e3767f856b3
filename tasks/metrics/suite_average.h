#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// A task of a suite and the metrics whose mean is its score, as "mrpc" and {"f1", "accuracy"}.
struct SuiteTask {
  std::string name;
  std::vector<std::string> metrics;
  bool optional = false;  ///< counts only where it was scored
};

struct Suite {
  std::vector<SuiteTask> tasks;
};

/// "glue", "superglue". Throws UserError for another name.
const Suite& suite_named(std::string_view name);
std::vector<std::string> suite_names();

struct SuiteAverage {
  double value = 0;
  std::size_t tasks = 0;
  std::string rule;                     ///< "mean over 8 tasks of each task's mean: cola (matthews), ..."
  std::vector<std::string> warnings{};  ///< one line each
};

/// scores: "mrpc.f1" -> 92.0, on one scale for all. Throws UserError that names what is missing and what belongs to no task.
SuiteAverage suite_average(std::string_view suite, const std::map<std::string, double>& scores);

/// "TASK.METRIC VALUE" a line. Throws UserError with path:line.
std::map<std::string, double> task_scores_in(const std::vector<std::string>& lines, const std::string& path);

}  // namespace synthbench
