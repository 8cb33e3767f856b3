// score: metrics of hypotheses against references, each with its signature.
#include <fmt/format.h>

#include <memory>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "harness/cli/command.h"
#include "harness/cli/metric_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/format.h"
#include "tasks/metrics/segments.h"

namespace synthbench {
namespace {

OrderedJson row_of(const Score& score) {
  return {{"metric", score.metric},
          {"signature", score.signature},
          {"value", score.value ? OrderedJson(*score.value) : OrderedJson(nullptr)},
          {"n", score.n}};
}

struct ScoreCommand {
  FlagValue metric;
  std::vector<FlagValue> references;
  std::string hypotheses;
  MetricFlags flags;
  OutputFlags output;

  std::vector<std::string> names() const {
    if (!metric) throw UserError("score needs --metric NAME[,NAME...]: " + join(metrics().names()));
    const std::vector<std::string> chosen = split(metric.text, ',');
    for (const std::string& name : chosen) metrics().at(name);
    return chosen;
  }

  Exit run() const {
    output.check();
    const std::vector<std::string> chosen = names();
    const MetricOptions options = flags.options();
    std::vector<std::string> paths;
    for (const FlagValue& path : references) paths.push_back(path.text);
    if (paths.empty()) throw UserError("score needs a file of references: -r FILE");
    const Texts texts = read_texts(hypotheses, paths);
    std::vector<OrderedJson> rows;
    for (const std::string& name : chosen) {
      const Score score = synthbench::score(name, texts, options);
      for (const std::string& warning : score.warnings) fmt::print(stderr, "synthbench: {}\n", warning);
      rows.push_back(row_of(score));
    }
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
    return Exit::well;
  }
};

const bool registered = commands().add(
    "score", {.group = "Check and count",
              .summary = "metrics of texts or labels against references, with signatures",
              .about = "Files hold a segment, label or number a line; a .jsonl file holds JSON strings, so that a segment may have several "
                       "lines. Several references of a segment are several -r FILE. The signature says everything that can move a value.",
              .example = "synthbench score --metric bleu,chrf -r reference.txt output.txt\n"
                         "synthbench score --metric rougeL,rougeLsum --stem -r gold.jsonl summaries.jsonl -o json\n"
                         "synthbench score --metric accuracy,macro_f1 -r labels.txt predictions.txt",
              .declare = [](FlagSet& flags) -> Action {
                const auto command = std::make_shared<ScoreCommand>();
                flags.list("--metric", command->metric, "LIST", "one or more of `ls metrics`", metrics().names());
                flags.repeated("-r,--ref", command->references, "FILE", "references; again for a second reference of each segment");
                flags.argument("FILE", command->hypotheses, "what is scored: hypotheses, predictions");
                command->flags.declare(flags);
                command->output.declare(flags, table_formats());
                return [command] { return command->run(); };
              }});

}  // namespace
}  // namespace synthbench
