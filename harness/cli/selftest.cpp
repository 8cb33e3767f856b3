// selftest stats, selftest metrics: what this program computes, on data with known answers.
#include <algorithm>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/format.h"
#include "results/statistics_vectors.h"
#include "tasks/metrics/metric_vectors.h"

namespace synthbench {
namespace {

struct SelftestCommand {
  OutputFlags output;

  /// Vectors have a name, value, expected, tolerance, source and passed().
  template <typename Vector>
  Exit run(const std::vector<Vector>& vectors) const {
    std::vector<OrderedJson> rows;
    for (const Vector& vector : vectors) {
      rows.push_back({{"name", vector.name},
                      {"value", vector.value},
                      {"expected", vector.expected},
                      {"tolerance", vector.tolerance},
                      {"passed", vector.passed()},
                      {"source", vector.source}});
    }
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
    return std::ranges::all_of(vectors, [](const Vector& vector) { return vector.passed(); }) ? Exit::well : Exit::regression;
  }
};

template <typename Vector>
Command selftest(std::string summary, std::string about, std::string example, std::vector<Vector> (*vectors)()) {
  return {.group = "Check and count",
          .summary = std::move(summary),
          .about = std::move(about),
          .example = std::move(example),
          .declare = [vectors](FlagSet& flags) -> Action {
            const auto command = std::make_shared<SelftestCommand>();
            command->output.declare(flags, table_formats());
            return [command, vectors] {
              command->output.check();
              return command->run(vectors());
            };
          }};
}

const bool registered =
    commands().add("selftest stats", selftest("the program's statistics on data with known answers",
                                              "Means, spreads, tests, Holm's correction, the bootstrap and the fit of "
                                              "growth, each beside a published or countable answer. Exit 4 where one is off.",
                                              "synthbench selftest stats", statistic_vectors)) &&
    commands().add("selftest metrics",
                   selftest("the metrics of `score` on texts with known answers",
                            "BLEU, chrF, TER, ROUGE, caption and label metrics and paired tests, each beside the value that "
                            "its reference implementation gives; MultiRC, ReCoRD and perplexity beside values counted by hand. Exit 4 "
                            "where one is off by more than 1e-9.",
                            "synthbench selftest metrics", metric_vectors));

}  // namespace
}  // namespace synthbench
