// meteor: METEOR 1.5 itself, its jar called on files, with the arguments of coco-caption (-l en -norm). No other program may give a
// value under this name: paraphrase tables and tuned constants are inside the jar.
//
// Source: Denkowski and Lavie, WMT 2014.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/number_lines.h"

extern char** environ;

namespace synthbench {
namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "synthbench-meteor-XXXXXX").string();
    if (!::mkdtemp(path_.data())) throw UserError("cannot make a folder in " + std::filesystem::temp_directory_path().string());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Waits for a program whose output goes into two files. Its exit code; 127 where it cannot be started.
int call(std::vector<std::string> words, const std::string& out, const std::string& err) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (failed != 0 || ::waitpid(child, &status, 0) != child) return 127;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/// A segment is a line for METEOR.
std::string as_line(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r') c = ' ';
  }
  return text + "\n";
}

double final_score(const std::string& output, const std::string& jar) {
  const std::string label = "Final score:";
  const std::size_t at = output.find(label);
  if (at == std::string::npos) throw UserError(jar + " printed no 'Final score:': METEOR 1.5 is meant");
  const std::size_t start = at + label.size();
  return number_in(output.substr(start, output.find('\n', start) - start), "the final score of " + jar);
}

SegmentSums meteor(const MetricTexts& texts, const MetricOptions& options) {
  const std::string& jar = options.meteor_jar;
  if (jar.empty()) throw UserError("meteor needs METEOR 1.5: --meteor-jar FILE; meteor-wordnet is NLTK's formula");
  const std::string hash = sha256_of_file(jar).substr(0, 12);
  const TemporaryFolder folder;
  std::string hypotheses, references;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    hypotheses += as_line(texts.hypotheses[i]);
    for (const std::vector<std::string>& stream : texts.references) references += as_line(stream[i]);
  }
  write_file(folder / "hyp", hypotheses);
  write_file(folder / "ref", references);
  const std::string count = std::to_string(texts.references.size());
  const int code = call({"java", "-Xmx2G", "-jar", jar, folder / "hyp", folder / "ref", "-r", count, "-l", "en", "-norm"}, folder / "out",
                        folder / "err");
  if (code == 127) throw UserError("meteor needs java, which cannot be started");
  if (code != 0) throw UserError(fmt::format("java -jar {} exits with {}: {:.200}", jar, code, read_file(folder / "err")));
  return {.n = texts.hypotheses.size(),
          .signature = {nrefs(texts), {"lang", "en"}, {"norm", "yes"}, {"jar", hash}},
          .value = final_score(read_file(folder / "out"), jar)};
}

const bool registered = metrics().add(
    "meteor",
    {.summary = "METEOR 1.5, by its jar: --meteor-jar FILE", .scale = "0-1", .listed_with = "SYNTHBENCH_METEOR_JAR", .measure = meteor});

}  // namespace
}  // namespace synthbench
