#include "tasks/task.h"

#include <cstdlib>
#include <filesystem>

namespace synthbench {

std::string_view name(Split split) {
  switch (split) {
    case Split::train: return "train";
    case Split::valid: return "valid";
    case Split::test: return "test";
  }
  return "";
}

Registry<Task>& tasks() {
  static Registry<Task> registry("task");
  return registry;
}

bool add_task(const std::string& name, TaskFacts facts, Task task) {
  return known_tasks().add(name, std::move(facts)) && tasks().add(name, std::move(task));
}

std::string data_folder() {
  const char* folder = std::getenv("SYNTHBENCH_DATA");
  return folder ? folder : "";
}

std::string shipped_data_folder() {
  namespace fs = std::filesystem;
  std::error_code none;
  for (fs::path folder = fs::read_symlink("/proc/self/exe", none).parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (fs::exists(folder / "tasks/data/manifest.tsv", none)) return (folder / "tasks/data").string();
  }
  return SYNTHBENCH_SHIPPED_DATA;
}

}  // namespace synthbench
