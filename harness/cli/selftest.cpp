// selftest stats: the statistics behind tables and verdicts, on data with known answers.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/format.h"
#include "results/statistics_vectors.h"

namespace synthbench {
namespace {

struct SelftestCommand {
  OutputFlags output;

  Exit run() const {
    output.check();
    const std::vector<StatisticVector> vectors = statistic_vectors();
    std::vector<OrderedJson> rows;
    for (const StatisticVector& vector : vectors) {
      rows.push_back({{"name", vector.name},
                      {"value", vector.value},
                      {"expected", vector.expected},
                      {"tolerance", vector.tolerance},
                      {"passed", vector.passed()},
                      {"source", vector.source}});
    }
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
    return std::ranges::all_of(vectors, [](const StatisticVector& vector) { return vector.passed(); }) ? Exit::well : Exit::regression;
  }
};

const bool registered =
    commands().add("selftest stats", {.group = "Check and count",
                                      .summary = "the program's statistics on data with known answers",
                                      .about = "Means, spreads, tests, Holm's correction, the bootstrap and the fit of "
                                               "growth, each beside a published or countable answer. Exit 4 where one is off.",
                                      .example = "synthbench selftest stats",
                                      .declare = [](FlagSet& flags) -> Action {
                                        const auto command = std::make_shared<SelftestCommand>();
                                        command->output.declare(flags, table_formats());
                                        return [command] { return command->run(); };
                                      }});

}  // namespace
}  // namespace synthbench
