// check parity, check grad, check support: backends against the oracle, against differences, and what they can run at all.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <thread>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "harness/check/parity.h"
#include "harness/cli/check_text.h"
#include "harness/cli/choices.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/stored_checks.h"
#include "harness/cli/torch_program.h"
#include "results/format.h"

namespace synthbench {
namespace {

std::vector<std::string> words_of(const FlagValue& flag) {
  std::vector<std::string> words;
  if (!flag) return words;
  for (const std::string& word : split(flag.text, ',')) words.emplace_back(trim(word));
  return words;
}

/// -m -b --dtype --input-seed --threads, alike for the three commands.
struct CheckFlags {
  FlagValue variant, backend, dtype, input_seed, threads, stored_in;
  OutputFlags output;

  void declare(FlagSet& flags, bool numbers) {
    flags.list("-m,--variant", variant, "LIST", "variants and sums of them (default: all, and some sums)", words_of_key("variant"));
    flags.list("-b,--backend", backend, "LIST", "backends (default: all)", words_of_key("backend"));
    flags.list("--dtype", dtype, "LIST", numbers ? "f32, f64, bf16, f16 (default f32,f64)" : "f32, f64, bf16, f16 (default all)",
               words_of_key("dtype"));
    if (numbers) {
      flags.value("--input-seed", input_seed, "N", "seed of the inputs (default 1)");
      flags.value("--threads", threads, "N", "CPU threads (default: all cores)");
      flags.value("--db", stored_in, "PATH", "also store every number in this database");
    }
    output.declare(flags, table_formats());
  }

  CheckRequest request() const {
    output.check();
    CheckRequest request;
    request.variants = words_of(variant);
    request.backends = words_of(backend);
    for (const std::string& word : words_of(dtype)) request.dtypes.push_back(dtype_named(word));
    request.input_seed = count_of(input_seed, 0, 1);
    request.threads = static_cast<int>(count_of(threads, 1, static_cast<std::int64_t>(std::max(1u, std::thread::hardware_concurrency()))));
    check_variants(request);  // unknown words before any work, and before another program is started
    const std::vector<std::string> names = check_backends(request);
    const auto elsewhere = [](const std::string& name) {
      const BackendFacts* facts = known_backends().find(name);
      return facts != nullptr && facts->needs_libtorch && backends().find(name) == nullptr;
    };
    if (std::ranges::any_of(names, elsewhere)) become_torch_program();
    return request;
  }
};

/// What repeats the first failure alone.
std::string repeat(const std::string& command, const CheckNumber& row, std::int64_t input_seed) {
  return fmt::format("{} {} -m {} -b {} --dtype {} --input-seed {}", program_name(), command, shell_word(row.variant), row.backend,
                     row.dtype, input_seed);
}

using Check = std::vector<CheckNumber> (*)(const CheckRequest&);

Exit run_numbers(const std::string& command, const char* against, Check check, const CheckFlags& flags) {
  const CheckRequest request = flags.request();
  const std::vector<CheckNumber> rows = check(request);
  flags.output.print([&](const std::string& format, const Sink& sink) { sink(numbers_text(rows, format)); });
  if (flags.stored_in) store_checks(flags.stored_in.text, {command, against, request.input_seed}, rows);
  const auto skipped = std::ranges::count_if(rows, &CheckNumber::skipped);
  const auto failed = std::ranges::count_if(rows, [](const CheckNumber& row) { return !row.skipped() && !row.passed; });
  std::fprintf(stderr, "%zd tensors checked, %zd failed; %zd pairs skipped\n", std::ssize(rows) - skipped, failed, skipped);
  if (failed > 0) {
    const auto first = std::ranges::find_if(rows, [](const CheckNumber& row) { return !row.skipped() && !row.passed; });
    std::fprintf(stderr, "%s %s of %s on %s: error %.3g, bound %.3g; again: %s\n", first->masks.c_str(), first->tensor.c_str(),
                 first->variant.c_str(), first->backend.c_str(), first->value, first->bound,
                 repeat(command, *first, request.input_seed).c_str());
    return Exit::regression;
  }
  return std::ssize(rows) == skipped ? Exit::nothing_done : Exit::well;
}

Exit run_support(const CheckFlags& flags) {
  const std::vector<Support> rows = check_support(flags.request());
  flags.output.print([&](const std::string& format, const Sink& sink) { sink(support_text(rows, format)); });
  return Exit::well;
}

template <typename Run>
std::function<Action(FlagSet&)> declared(bool numbers, Run run) {
  return [=](FlagSet& flags) -> Action {
    const auto said = std::make_shared<CheckFlags>();
    said->declare(flags, numbers);
    return [=] { return run(*said); };
  };
}

const bool parity = commands().add(
    "check parity",
    {.group = "Check and count",
     .summary = "backends against the float64 oracle",
     .about = "Runs every variant under causal and key-length masks on each backend with random inputs, and compares outputs and gradients "
              "with `reference` in "
              "f64. The bound is twice the error of a plain composition in the same dtype. Exit codes: 0 all passed, 4 some failed, 5 none "
              "was checked.",
     .example = "synthbench check parity -b eigen\nsynthbench check parity -m dense,random+vanilla --input-seed 7 -o json",
     .declare = declared(true, [](const CheckFlags& flags) { return run_numbers("check parity", "reference", check_parity, flags); })});

const bool grad = commands().add(
    "check grad",
    {.group = "Check and count",
     .summary = "gradients against finite differences",
     .about = "Moves entries of every operand and compares the gradients of each backend with central differences of the float64 oracle's "
              "output. How far the differences themselves may be off is measured with a second step and added to the bound. Exit codes as "
              "for check parity.",
     .example = "synthbench check grad -m dense -b eigen,torch",
     .declare = declared(true, [](const CheckFlags& flags) { return run_numbers("check grad", "differences", check_gradients, flags); })});

const bool support =
    commands().add("check support", {.group = "Check and count",
                                     .summary = "which variant runs on which backend, in which dtype and direction",
                                     .about = "Asks each backend what it would run; nothing is computed. An empty cell has "
                                              "its reason below (-o json: in its row).",
                                     .example = "synthbench check support\nsynthbench check support -b eigen -o csv",
                                     .declare = declared(false, run_support)});

}  // namespace
}  // namespace synthbench
