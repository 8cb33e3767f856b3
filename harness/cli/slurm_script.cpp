#include "harness/cli/slurm_script.h"

#include <fmt/format.h>

#include <filesystem>

#include "harness/base/words.h"
#include "harness/cli/command.h"

namespace synthbench {
namespace {

/// Only letters that file names and job names bear everywhere.
std::string tame(std::string name) {
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.') c = '-';
  }
  return name;
}

std::string header(const SlurmJob& job) {
  const std::string name = tame(job.sweep);
  std::string text =
      fmt::format("#SBATCH --job-name={}\n#SBATCH --array={}\n#SBATCH --output={}-%A_%a.log\n", name, number_list(job.parts), name);
  text += "#SBATCH --signal=B:TERM@60\n";
  if (job.times) text += "#SBATCH --exclusive\n";
  if (job.gpu) text += "#SBATCH --gres=gpu:1\n";
  for (const std::string& option : job.options) text += "#SBATCH --" + option + "\n";
  return text;
}

constexpr const char* kKeep = R"(
# SQLite loses data on network file systems: the task works on a disk of its node and brings its database back at the end.
# Submitted again, it goes on where it was.
work=$(mktemp -d "${TMPDIR:-/tmp}/synthbench.XXXXXX")
for file in "$name" "$name-wal"; do
  if [ -e "$results/$file" ]; then cp "$results/$file" "$work"/; fi
done
for beside in logs artifacts; do
  if [ -e "$results/$name.$beside" ]; then cp -r "$results/$name.$beside" "$work"/; fi
done
bring_back() {
  for beside in logs artifacts; do
    if [ -e "$work/$name.$beside" ]; then cp -r "$work/$name.$beside" "$results"/; fi
  done
  # A run that was killed leaves what it wrote last in the log, which belongs to this very file: both are there before either changes.
  for file in "$name" "$name-wal"; do
    if [ -e "$work/$file" ]; then cp "$work/$file" "$results/$file.part"; fi
  done
  rm -f "$results/$name-wal"
  for file in "$name" "$name-wal"; do
    if [ -e "$results/$file.part" ]; then mv "$results/$file.part" "$results/$file"; fi
  done
  rm -rf "$work"
}
trap bring_back EXIT
)";

constexpr const char* kWait = R"(run=$!
trap 'kill -TERM "$run" || :' TERM   # a minute before the time is up: stores what there is
code=0
wait "$run" || code=$?
while kill -0 "$run" 2> /dev/null; do
  code=0
  wait "$run" || code=$?
done
exit "$code"
)";

}  // namespace

std::string number_list(const std::vector<std::uint64_t>& numbers) {
  std::vector<std::string> runs;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    runs.push_back(end - i == 1 ? fmt::format("{}", numbers[i]) : fmt::format("{}-{}", numbers[i], numbers[end - 1]));
    i = end;
  }
  return join(runs, ",");
}

std::string slurm_script(const SlurmJob& job) {
  const std::filesystem::path db = job.db_path;
  const std::string folder = db.has_parent_path() ? db.parent_path().string() : ".";
  std::string flags;
  for (const std::string& word : job.run_flags) flags += " " + shell_word(word);
  return "#!/bin/bash\n" + header(job) + "set -euo pipefail\n" +
         fmt::format("results=$(realpath {})\nname={}-$SLURM_ARRAY_TASK_ID-of-{}.db\n", shell_word(folder), shell_word(db.stem().string()),
                     job.count) +
         kKeep +
         fmt::format("\n{} run {} --shard \"$SLURM_ARRAY_TASK_ID/{}\" --db \"$work/$name\"{} &\n", program_name(), shell_word(job.grid),
                     job.count, flags) +
         kWait;
}

}  // namespace synthbench
