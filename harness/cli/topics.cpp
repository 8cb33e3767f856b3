// The pages of `help TOPIC`.
#include "harness/cli/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "ablations/keys.h"
#include "ablations/logit_spec.h"
#include "ablations/vocabulary.h"
#include "backends/core/attention.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

constexpr const char* kGrid = R"(
A grid is a TOML file whose axes are multiplied into cells. `synthbench init grid.toml` writes one with comments; `synthbench plan grid.toml` counts what it stands for.

  schema = 1
  kind = "speed"                         # or "train"
  [base]                                 # what all cells share (help keys)
  heads = 8
  [[axis]]                               # the first axis varies slowest
  name = "variant"
  values = ["vanilla", "factorized_random"]
  [[axis]]
  name = "seq_len"
  values = "128-1024*2"                  # help ranges
  [[axis]]
  name = "rank"
  values = [8, 32]
  when = { variant = "factorized_random" }   # elsewhere the axis does not exist
  [[zip]]
  axes = { d_model = [256, 512], heads = [4, 8] }   # these move together
  [[exclude]]
  when = { variant = "vanilla", seq_len = ">512" }
  reason = "known well enough"
  [[include]]                            # one more cell
  variant = "dense"
  seq_len = 4096
  [measure]                              # help measuring
  launches = 3
  [[table]]                              # printed at the end (ls tables)
  preset = "speed"

In `when` and `only` a key has a value, a list, or a comparison such as ">512"; all must hold, and a key that a point does not have matches nothing. `extends = ["base.toml"]` at the top starts from other files. An unknown key is an error that names the file, the line and the nearest known key.

Cells that are equal once defaults are filled in, aliases spelled out and keys that nobody reads dropped are one cell.
)";

constexpr const char* kRanges = R"(
Where several values may stand, in a grid and in a flag alike, write them so:

  8,32                 8 and 32
  0-4                  0, 1, 2, 3, 4
  128-512+64           128, 192 ... 512
  128-4k*2             128, 256 ... 4096; the suffix k is 1024
  8,16-64*2,100-102    all of these

A piece between commas is tried as a number first, so 1e-4 is a number. A flag replaces the axis of its name: `-l 128-4k*2`.
)";

constexpr const char* kFilters = R"(
--only and --exclude take a condition on the keys of a cell and its seed, `query` and `table --only` one on the columns of the view v_result.

  variant = 'dense' AND seq_len <= 512
  backend IN ('eigen', 'torch') OR NOT rank = 8
  variant LIKE '%vanilla%'

Operators: = != < <= > >=, IN (...), LIKE (% is any text, _ one character), AND, OR, NOT, parentheses. Texts stand in single quotes; a quote inside is written twice. A key that a cell does not have is neither equal nor unequal to anything. There are no functions, sub-queries or comments; `query --sql` takes a whole SELECT.
)";

constexpr const char* kMeasuring = R"(
A speed cell is measured in several fresh processes (--launches 3), which take turns with those of neighbouring cells. Each warms up, then takes samples until it has --min-time (0.3s) of them and the half-width of the median's interval is below --max-noise (2%), or until --max-time (3s); where that leaves fewer than --min-samples (10) or a wider interval the cell is marked noisy. `-r N` takes exactly N samples per launch instead. --timeout ends an attempt that takes too long.

Before a cell is timed, the kernel that will run is compared with a float64 oracle, gradients included; a cell that fails is `failed` and shows no speed.

  [measure]
  launches = 3
  min_samples = 10
  min_time = "0.3s"
  max_noise = "2%"
  max_time = "3s"
  timeout = "10min"
  cache = ["hot"]                        # "cold" evicts the caches before each sample

Keys without a flag are --set measure.cache=cold, --set measure.min_samples=20, --set check.gate=false. `synthbench doctor` says what on this machine disturbs timings.
)";

constexpr const char* kStates = R"(
Every cell ends in one state, which `ls cells` and `show` print with its reason.

  pending       not tried yet, or interrupted: the same command goes on
  running       a worker is at it
  done          it has a result
  reused        an equal cell that was run before gave the result
  failed        a check that failed, a loss that became NaN, an exception: the reason has its text
  oom           an allocation failed, or the memory limit was reached
  timeout       --timeout ran out
  crashed       the worker died of a signal
  unsupported   the backend refuses the call; no failure
  excluded      the grid or a filter says so; no failure

A finished cell that failed is tried again with --retry STATES or --force only. A cell at least as large as one that ran out of memory, with the same build on the same machine and no higher memory limit, is not tried: --no-oom-backstop.
)";

constexpr const char* kContinuing = R"(
The plan is stored before the first cell starts and each cell is committed when it ends, so a run may be stopped or killed at any moment: the same command continues and starts nothing that is finished. An edited grid runs only what is new.

What counts is the latest attempt under equal conditions, whichever sweep made it. A training counts for every build and machine, a time only where build, machine and the settings of measuring are equal. --reuse says otherwise:

  --reuse auto         as above
  --reuse same-build   trainings of this build only
  --reuse any-build    times of other builds too
  --reuse never        results of this very sweep only

--retry failed,oom,timeout,crashed tries cells of these states again; --force tries all again. Earlier attempts stay as history.
)";

constexpr const char* kShards = R"(
--shard I/N runs the I-th of N parts of a plan, 1/N to N/N. Together the parts are the plan, each cell once. Parts go by the hash of a cell's config, so a cell stays in its part however the file is ordered, and all seeds of a config stay together.

In a job array of Slurm --shard slurm takes I and N from SLURM_ARRAY_TASK_ID, _MIN, _MAX and _COUNT; the array must count by ones, and a part of it that is submitted again alone is another array: give --shard I/N then. `synthbench slurm GRID` prints a script that does.

  synthbench slurm grid.toml --tasks 8 > job.sh && sbatch job.sh

SQLite does not work over network file systems: each host writes a database of its own, and `merge` makes one of them:

  synthbench merge host1.db host2.db --db all.db
)";

constexpr const char* kComparing = R"(
`compare A B` speaks of B relative to A: a ratio of 1.1 means that B takes a tenth longer. Cells pair up where everything is equal that A and B do not name.

  synthbench compare before after             # sweeps, by name or as s3 and s7; baselines
  synthbench compare eigen torch              # backends
  synthbench compare vanilla dense            # variants
  synthbench compare 1a2b3c4 5d6e7f8          # commits or builds, by the beginning of their hash
  synthbench compare backend:eigen backend:torch   # where a name means several things

  faster, slower      a difference of times that is clear, and larger than the noise floor
  better, worse       the same of a quality metric
  same                the whole interval of the ratio lies within the noise floor
  ambiguous           neither: more --launches, or more seeds
  only-a, only-b      the other side has no result; the note says why

Times need several processes on both sides (--launches), quality several seeds. Verdicts are corrected for their number (Holm). `synthbench calibrate` measures the noise floor of this machine; without it 1 % is assumed.

  synthbench baseline save nightly            # a name for what the latest sweep measured
  synthbench compare nightly quickstart --fail-on 'slower>5%,only-a'   # exit 4 where it is passed
)";

constexpr const char* kDatabase = R"(
All results are in one SQLite file, ./synthbench.db or what --db names. Beside it lie FILE.logs, what workers printed, and FILE.artifacts, what trainings keep.

  synthbench tag s3 paper-draft               # a word on a sweep; note s3 'TEXT' for more
  synthbench rm s3 --dry-run                  # what would go; then without: sweeps s3, cells c12, attempts a34
  synthbench gc --dry-run                     # configs, logs and artifacts that nothing needs
  synthbench db info                          # size, version, contents
  synthbench db check                         # pages, references, results, hashes; exit 4 where something is wrong
  synthbench db backup copy.db                # also while a run writes
  synthbench db vacuum                        # give back the space of what was removed
  synthbench merge a.db b.db --db all.db      # by content: any order, any number of times
  synthbench query "state = 'crashed'" --save crashes   # then: query --saved crashes

A file of an older version is brought to this one by the first command that writes; the file as it was stays beside it as FILE.v1.bak. A newer one is refused.
)";

constexpr const char* kExitCodes = R"(
  0          well
  1          internal error
  2          usage or configuration: one line says what, where and what is allowed; nothing is written
  3          finished, but some cells failed; doctor: something must be mended
  4          a check found what it must not; compare: a bound of --fail-on is passed; repro: the value has changed
  5          nothing was measured, checked or judged
  130, 143   stopped by SIGINT, by SIGTERM; the same command continues
)";

constexpr const char* kEnvironment = R"(
Every flag has a variable: --seq-len is SYNTHBENCH_SEQ_LEN, --db is SYNTHBENCH_DB. A switch takes 1, true, yes, on or 0, false, no, off. An empty variable is none. The command line wins over the environment, which wins over the grid file, which wins over the user config ($XDG_CONFIG_HOME/synthbench/config.toml), which wins over defaults.

These have no flag, or mean something to other programs too:

  SYNTHBENCH_TORCH=OFF      ./synthbench and tests/run set up and build without LibTorch
  SYNTHBENCH_DATA           folder of real data in the official layouts; the same as --data
  SYNTHBENCH_NETWORK_DB=1   writes databases on network file systems all the same
  SYNTHBENCH_FAULTS=1       adds backends that misbehave on purpose, to test what a run survives
  NO_COLOR                  no colours, whatever it says, unless --color always
  TERM=dumb                 one line per cell, no line that is rewritten
  XDG_RUNTIME_DIR           where the locks of devices lie; else the temporary folder
)";

constexpr const char* kOutput = R"(
Data goes to stdout, everything else to stderr. `-o FORMAT` is md (for people, the default), csv, json, jsonl, tex, html, adoc, org or sql; `--out FILE` writes to a file that appears whole or not at all; `-oe FORMAT` prints a second format to stderr, which silences progress.

On a terminal progress is one line that is rewritten, and a line for each cell that failed; elsewhere, and with --progress plain, it is one line per cell. -q leaves data and errors alone. Colours are for terminals only.
)";

/// "  name   what it is" for each, names in one column.
std::string listed(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::size_t width = 0;
  for (const auto& [name, what] : entries) width = std::max(width, name.size());
  std::string text = "\n";
  for (const auto& [name, what] : entries) text += fmt::format("  {:<{}}   {}\n", name, width, what);
  return text;
}

std::string list_of_keys() {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const Key& key : keys()) {
    const std::string fallback = key.fallback.is_null() ? "" : " (" + key.fallback.dump() + ")";
    entries.emplace_back(key.name, (key.words.empty() ? key.doc : join(key.words, "|") + ": " + key.doc) + fallback);
  }
  return listed(entries);
}

std::string list_of_variants() {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [name, variant] : variants())
    entries.emplace_back(name, variant.aliases.empty() ? variant.summary : join(variant.aliases) + ": " + variant.summary);
  return listed(entries);
}

std::string list_of_backends() {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [name, facts] : known_backends()) entries.emplace_back(name, facts.summary);
  return listed(entries);
}

}  // namespace

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all = {
      {"backends", "who computes attention", "`ls backends` says which of them this program holds, `check support` what runs where.\n",
       list_of_backends},
      {"comparing", "what differs between two sets of results, and whether it is noise", kComparing},
      {"continuing", "stopping, going on, and which earlier results count", kContinuing},
      {"database", "looking after results: tags, removing, copying, older files", kDatabase},
      {"environment", "variables, and what wins over what", kEnvironment},
      {"exit-codes", "what the program ends with", kExitCodes},
      {"filters", "conditions of --only, --exclude and query", kFilters},
      {"grid", "the grid file", kGrid},
      {"keys", "every key of a grid: its words, meaning and (default)",
       "Keys stand in [base] and name axes; on the command line each is --set KEY=VALUES.\n", list_of_keys},
      {"measuring", "how a speed cell is measured", kMeasuring},
      {"output", "formats, progress and colours", kOutput},
      {"ranges", "several values in one text", kRanges},
      {"shards", "one plan on several machines, job arrays", kShards},
      {"states", "how a cell can end", kStates},
      {"variants", "the ways to make attention logits, and their short names",
       "A sum is written a+b, in any order: vanilla+random is random+vanilla. Short names work wherever a variant may stand: -m V,R+V.\n",
       list_of_variants},
  };
  return all;
}

std::vector<std::string> topic_names() {
  std::vector<std::string> names;
  for (const Topic& topic : topics()) names.push_back(topic.name);
  return names;
}

const Topic* find_topic(const std::string& name) {
  const auto found = std::ranges::find(topics(), name, &Topic::name);
  return found == topics().end() ? nullptr : &*found;
}

std::vector<Paragraph> Topic::paragraphs() const {
  std::vector<Paragraph> all;
  std::istringstream in(text + (more ? more() : ""));
  bool open = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) {
      open = false;
      continue;
    }
    const bool verbatim = line.starts_with("  ");
    if (!open || all.back().verbatim != verbatim) all.push_back({verbatim, {}});
    open = true;
    all.back().lines.push_back(verbatim ? line.substr(2) : line);
  }
  return all;
}

}  // namespace synthbench
