// meteor: METEOR 1.5 itself, its jar called on files, with the arguments of coco-caption (-l en -norm). No other program may give a
// value under this name: paraphrase tables and tuned constants are inside the jar.
//
// Source: Denkowski and Lavie, WMT 2014.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/run_program.h"
#include "harness/base/sha256.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/number_lines.h"

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
  const Finished java = run_program({"java", "-Xmx2G", "-jar", jar, folder / "hyp", folder / "ref", "-r", count, "-l", "en", "-norm"});
  if (java.not_started != 0) throw UserError("meteor needs java, which cannot be started");
  if (java.code != 0) throw UserError(fmt::format("java -jar {} exits with {}: {:.200}", jar, java.code, java.err));
  return {.n = texts.hypotheses.size(),
          .signature = {nrefs(texts), {"lang", "en"}, {"norm", "yes"}, {"jar", hash}},
          .value = final_score(java.out, jar)};
}

const bool registered = metrics().add(
    "meteor",
    {.summary = "METEOR 1.5, by its jar: --meteor-jar FILE", .scale = "0-1", .listed_with = "SYNTHBENCH_METEOR_JAR", .measure = meteor});

}  // namespace
}  // namespace synthbench
