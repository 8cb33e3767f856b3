// score: metrics of hypotheses against references, each with its signature; several systems with a test of their differences.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "harness/cli/command.h"
#include "harness/cli/metric_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/example_scores.h"
#include "results/format.h"
#include "results/row_id.h"
#include "tasks/metrics/paired_test.h"
#include "tasks/metrics/segments.h"
#include "tasks/metrics/suite_average.h"

namespace synthbench {
namespace {

OrderedJson number_or_null(const std::optional<double>& value) { return value ? OrderedJson(*value) : OrderedJson(nullptr); }

struct ScoreCommand {
  FlagValue metric, average, trials, seed, attempt, stored_split;
  std::vector<FlagValue> references;
  std::vector<std::string> systems;
  bool paired_bootstrap = false, paired_randomization = false, sentence_level = false;
  MetricFlags flags;
  OutputFlags output;
  DatabaseFlag db;

  std::vector<std::string> names() const {
    if (!metric) throw UserError("score needs --metric NAME[,NAME...]: " + join(metrics().names()));
    const std::vector<std::string> chosen = split(metric.text, ',');
    for (const std::string& name : chosen) metrics().at(name);
    return chosen;
  }

  std::optional<Resampling> resampling() const {
    if (!paired_bootstrap && !paired_randomization) return std::nullopt;
    if (paired_bootstrap && paired_randomization) throw UserError("--paired-bs and --paired-ar: one of them");
    if (systems.size() < 2) throw UserError("a paired test needs two files at least: the baseline, then what is compared with it");
    Resampling how{.test = paired_bootstrap ? PairedTest::bootstrap : PairedTest::randomization};
    how.trials = count_of(trials, 1, paired_bootstrap ? 1000 : 10000);
    how.seed = static_cast<std::uint64_t>(count_of(seed, 0, static_cast<std::int64_t>(how.seed)));
    return how;
  }

  std::vector<MetricTexts> texts() const {
    if (references.empty()) throw UserError("score needs a file of references: -r FILE");
    std::vector<std::string> paths;
    for (const FlagValue& path : references) paths.push_back(path.text);
    std::vector<MetricTexts> all;
    for (const std::string& system : systems) all.push_back(read_texts(system, paths));
    return all;
  }

  /// One row a system, in their order; the first is the baseline of a test, and what was measured of it is given back.
  SegmentSums add_systems(const std::string& name, const std::vector<MetricTexts>& all, const std::optional<Resampling>& how,
                          std::vector<OrderedJson>& rows) const {
    std::optional<SegmentSums> baseline;
    for (std::size_t i = 0; i < all.size(); ++i) {
      SegmentSums measured = measure(name, all[i], flags.options());
      for (const std::string& warning : measured.warnings) fmt::print(stderr, "synthbench: {}\n", warning);
      const Score score = score_of(name, measured, how ? signature_of(*how) : SignatureFields());
      OrderedJson row = {{"metric", score.metric}};
      if (all.size() > 1) row["system"] = systems[i];
      row["signature"] = score.signature;
      row["value"] = number_or_null(score.value);
      row["n"] = score.n;
      if (how) add_test(row, name, measured, baseline, *how);
      rows.push_back(std::move(row));
      if (!baseline) baseline = std::move(measured);
    }
    return baseline.value();
  }

  static SignatureFields signature_of(const Resampling& how) {
    return {{how.test == PairedTest::bootstrap ? "bs" : "ar", std::to_string(how.trials)}, {"seed", std::to_string(how.seed)}};
  }

  static void add_test(OrderedJson& row, const std::string& name, const SegmentSums& measured, const std::optional<SegmentSums>& baseline,
                       const Resampling& how) {
    if (!can_resample(measured)) throw UserError(name + " is no sum over segments and has no paired test here");
    if (how.test == PairedTest::bootstrap) {
      const Spread spread = bootstrap_spread(measured, how);
      row["mean"] = spread.mean;
      row["half_width"] = spread.half_width;
    }
    row["p"] = baseline ? OrderedJson(p_value(*baseline, measured, how)) : OrderedJson(nullptr);
  }

  /// One row a segment.
  void add_segments(const std::string& name, const std::vector<MetricTexts>& all, std::vector<OrderedJson>& rows) const {
    MetricOptions options = flags.options();
    options.effective_order = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const SegmentSums measured = measure(name, all[i], options);
      if (measured.rows.size() != all[i].hypotheses.size()) throw UserError(name + " has no value of its own for a line");
      for (std::size_t segment = 0; segment < measured.rows.size(); ++segment) {
        OrderedJson row = {{"metric", name}};
        if (all.size() > 1) row["system"] = systems[i];
        row["segment"] = segment + 1;
        row["value"] = measured.value_of_sums(measured.rows[segment]);
        row["signature"] = score_of(name, measured).signature;
        rows.push_back(std::move(row));
      }
    }
  }

  std::string split_to_fill() const {
    static const std::vector<std::string> splits = {"train", "valid", "test"};
    return one_of(stored_split, "split", splits, "test");
  }

  /// The attempt of --store.
  std::optional<std::int64_t> attempt_to_fill() const {
    if (!attempt) {
      if (stored_split) throw UserError("--split names the split of --store ATTEMPT, which is not there");
      return std::nullopt;
    }
    const RowId id = parse_row_id(attempt.text);
    if (id.kind != 'a') throw UserError("--store: '" + attempt.text + "' is no attempt (a34)");
    split_to_fill();
    if (systems.size() != 1) throw UserError("--store takes one file: the outputs of that attempt");
    if (paired_bootstrap || paired_randomization || sentence_level) {
      throw UserError("--store keeps values and segments at once: without --paired-bs, --paired-ar and --sentence-level");
    }
    return id.number;
  }

  /// Segments alone are scored with effective order, which what was measured of all of them need not have looked at.
  SegmentSums of_single_segments(const std::string& name, const MetricTexts& texts, const SegmentSums& measured) const {
    if (std::ranges::find(measured.signature, std::pair<std::string, std::string>("eff", "no")) == measured.signature.end())
      return measured;
    MetricOptions single = flags.options();
    single.effective_order = true;
    return measure(name, texts, single);
  }

  /// The values of all metrics, and of each segment, or question, that has a finite one of its own.
  void keep(std::int64_t of, const std::map<std::string, SegmentSums>& measured, const MetricTexts& texts) const {
    const std::string split = split_to_fill();
    std::vector<MetricRow> values;
    std::vector<ExampleScoreRow> examples;
    for (const auto& [name, whole] : measured) {
      const Metric& about = metrics().at(name);
      MetricRow row{
          .name = name, .signature = score_of(name, whole).signature, .unit = about.scale, .better = about.better, .split = split};
      row.value = whole.value.value_or(std::numeric_limits<double>::quiet_NaN());
      row.n = static_cast<std::int64_t>(whole.n);
      values.push_back(row);
      if (!can_resample(whole)) continue;  // a value that no part of the texts has
      const SegmentSums single = of_single_segments(name, texts, whole);
      const std::string signature = score_of(name, single).signature;
      for (std::size_t k = 0; k < single.rows.size(); ++k) {
        const double value = single.value_of_sums(single.rows[k]);
        if (std::isfinite(value)) examples.push_back({name, signature, split, static_cast<std::int64_t>(k + 1), value});
      }
    }
    const auto store = db.open_to_change();
    store_scores(*store, of, values, examples);
    store->checkpoint();
  }

  /// A row for each file of task scores; the rule goes to stderr too.
  std::vector<OrderedJson> averages() const {
    if (metric || !references.empty()) throw UserError("--average takes scores, not texts: without --metric and -r");
    std::vector<OrderedJson> rows;
    for (const std::string& path : systems) {
      const SuiteAverage found = suite_average(average.text, task_scores_in(read_segments(path), path));
      fmt::print(stderr, "{}: {}\n", average.text, found.rule);
      for (const std::string& warning : found.warnings) fmt::print(stderr, "synthbench: {}\n", warning);
      SegmentSums measured{.n = found.tasks, .signature = {{"tasks", std::to_string(found.tasks)}, {"avg", "mean-of-task-means"}}};
      measured.value = found.value;
      OrderedJson row = {{"metric", average.text}};
      if (systems.size() > 1) row["system"] = path;
      row.update({{"signature", score_of(average.text, measured).signature}, {"value", found.value}, {"n", found.tasks}});
      rows.push_back(std::move(row));
    }
    return rows;
  }

  void print(const std::vector<OrderedJson>& rows) const {
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
  }

  Exit run() const {
    output.check();
    const std::optional<std::int64_t> to_fill = attempt_to_fill();
    if (average) {
      if (to_fill) throw UserError("--store keeps scores of texts: without --average");
      print(averages());
      return Exit::well;
    }
    const std::vector<std::string> chosen = names();
    const std::optional<Resampling> how = resampling();
    if (how && sentence_level) throw UserError("--sentence-level and a paired test: one of them");
    const std::vector<MetricTexts> all = texts();
    std::vector<OrderedJson> rows;
    std::map<std::string, SegmentSums> measured;  // of the first system
    for (const std::string& name : chosen) {
      if (sentence_level) {
        add_segments(name, all, rows);
      } else {
        measured.insert_or_assign(name, add_systems(name, all, how, rows));
      }
    }
    if (to_fill) keep(*to_fill, measured, all.front());
    print(rows);
    return Exit::well;
  }
};

void declare_tests(FlagSet& flags, ScoreCommand& command) {
  flags.group("Several systems, single segments");
  flags.toggle("--paired-bs", command.paired_bootstrap, "paired bootstrap against the first file: p, mean and interval");
  flags.toggle("--paired-ar", command.paired_randomization, "paired approximate randomization against the first file: p");
  flags.value("--trials", command.trials, "N", "resamples (default 1000 for the bootstrap, 10000 for randomization)");
  flags.value("--seed", command.seed, "N", "of the resamples (default 12345, sacreBLEU's)");
  flags.toggle("--sentence-level", command.sentence_level, "a row for each segment; BLEU without orders that it is too short for");
}

void declare_storing(FlagSet& flags, ScoreCommand& command) {
  flags.group("Keeping scores");
  flags.value("--store", command.attempt, "ATTEMPT", "keep the values, and the score of every segment, as results of an attempt (a34)");
  flags.value("--split", command.stored_split, "SPLIT", "the split whose outputs these are (default test)", {"train", "valid", "test"});
}

const bool registered = commands().add(
    "score",
    {.group = "Check and count",
     .summary = "metrics of texts or labels against references, with signatures",
     .about = "Files hold a segment, label or number a line; a .jsonl file holds JSON strings, so that a segment may have several "
              "lines. Several references of a segment are several -r FILE. The signature says everything that can move a value. "
              "Several files are several systems on the same references. --store keeps what was computed in the results database, where "
              "`query --sql` finds single segments in the table example_score.",
     .example = "synthbench score --metric bleu,chrf -r reference.txt output.txt\n"
                "synthbench score --metric bleu -r reference.txt baseline.txt output.txt --paired-bs\n"
                "synthbench score --metric rougeL,rougeLsum --stem -r gold.jsonl summaries.jsonl -o json\n"
                "synthbench score --metric accuracy,macro_f1 -r labels.txt predictions.txt\n"
                "synthbench score --metric bleu,chrf -r reference.txt output.txt --store a34",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<ScoreCommand>();
       flags.list("--metric", command->metric, "LIST", "one or more of `ls metrics`", metrics().names());
       flags.value("--average", command->average, "SUITE", "average of a suite: FILE holds lines TASK.METRIC VALUE (mrpc.f1 92.0)",
                   suite_names());
       flags.repeated("-r,--ref", command->references, "FILE", "references; again for a second reference of each segment");
       flags.arguments("FILE", command->systems, "what is scored: hypotheses, predictions");
       declare_tests(flags, *command);
       declare_storing(flags, *command);
       command->flags.declare(flags);
       flags.group("Flags");
       command->output.declare(flags, table_formats());
       command->db.declare(flags);
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
