// check golden DIR: a backend against stored float64 truth.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "backends/core/attention.h"
#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/words.h"
#include "harness/check/golden.h"
#include "harness/check/layer_golden.h"
#include "harness/cli/choices.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "harness/cli/torch_program.h"
#include "results/format.h"

namespace synthbench {
namespace {

/// A skipped file has a reason and no tensor; a checked tensor has no reason.
OrderedJson row_json(const GoldenRow& row) {
  if (row.skipped()) return {{"file", row.file}, {"reason", row.reason}};
  const OrderedJson value = std::isfinite(row.value) ? OrderedJson(row.value) : OrderedJson(nullptr);
  return {{"file", row.file}, {"tensor", row.tensor}, {"measure", row.measure},
          {"value", value},   {"bound", row.bound},   {"passed", row.passed}};
}

/// Whole layers are run by the trunk, which lives in synthbench-torch.
bool holds_layers(const std::string& folder) {
  const std::filesystem::path index = std::filesystem::path(folder) / "INDEX.json";
  std::error_code absent;
  if (std::filesystem::exists(index, absent)) {
    const Json entries = Json::parse(read_file(index.string()), nullptr, false);
    return std::ranges::any_of(entries, [](const Json& entry) { return entry.is_object() && entry.value("level", "") == "layer"; });
  }
  return std::filesystem::is_directory(std::filesystem::path(folder) / "layer", absent);
}

struct CheckGolden {
  std::string folder;
  FlagValue backend, dtype, threads;
  OutputFlags output;

  bool needs_torch(const std::string& name) const {
    const BackendFacts* facts = known_backends().find(name);
    const bool needed = facts != nullptr && facts->needs_libtorch && backends().find(name) == nullptr;
    return needed || (!layer_golden() && holds_layers(folder));
  }

  void print_rows(const GoldenReport& report) const {
    std::vector<OrderedJson> rows;
    for (const GoldenRow& row : report.rows) rows.push_back(row_json(row));
    output.print([&](const std::string& format, const Sink& sink) {
      if (format == "json" || format == "jsonl") return sink(format_rows(rows_of(rows), format));
      std::vector<OrderedJson> even;  // equal keys in every row
      for (const OrderedJson& row : rows) {
        OrderedJson full;
        for (const char* key : {"file", "tensor", "measure", "value", "bound", "passed", "reason"})
          full[key] = row.contains(key) ? row[key] : OrderedJson(nullptr);
        even.push_back(std::move(full));
      }
      sink(format_rows(rows_of(std::move(even)), format));
    });
  }

  Exit run() const {
    output.check();
    const std::string name = backend ? backend.text : "eigen";
    const std::vector<std::string> dtypes = {"f32", "f64"};
    const DType wanted = dtype_named(one_of(dtype, "dtype", dtypes, "f32"));
    const auto cores = static_cast<std::int64_t>(std::max(1u, std::thread::hardware_concurrency()));
    if (needs_torch(name)) become_torch_program();
    const BackendFacts* facts = known_backends().find(name);
    if (facts != nullptr && facts->needs_libtorch && backends().find(name) == nullptr)
      throw UserError("backend '" + name + "' " + why_no_torch());

    const GoldenReport report = check_golden(folder, name, wanted, static_cast<int>(count_of(threads, 1, cores)));
    if (!report.errors.empty()) throw UserError(join(report.errors, "; "));
    print_rows(report);
    const auto failed = std::ranges::count_if(report.rows, [](const GoldenRow& row) { return !row.skipped() && !row.passed; });
    const auto skipped = std::ranges::count_if(report.rows, &GoldenRow::skipped);
    std::fprintf(stderr, "%zu tensors checked, %zd failed; %zd files skipped\n", report.rows.size() - static_cast<std::size_t>(skipped),
                 failed, skipped);
    if (report.anything_failed()) return Exit::regression;
    return report.anything_checked() ? Exit::well : Exit::nothing_done;
  }
};

const bool registered = commands().add(
    "check golden",
    {.group = "Check and count",
     .summary = "a backend against stored float64 vectors",
     .about = "Runs every safetensors file that DIR/INDEX.json names (without one: every file below DIR) through a backend and compares "
              "outputs and "
              "gradients with the stored truth. The bound is twice the error of a plain composition in the same dtype. Exit codes: 0 all "
              "passed, 4 some failed, 5 none was checked, 2 a damaged file.",
     .example = "synthbench check golden DIR -b eigen --dtype f64 -o json",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CheckGolden>();
       flags.argument("DIR", command->folder, "folder of golden files");
       flags.value("-b,--backend", command->backend, "NAME", "backend (default eigen)", words_of_key("backend"));
       flags.value("--dtype", command->dtype, "DTYPE", "f32, f64 (default f32)", {"f32", "f64"});
       flags.value("--threads", command->threads, "N", "CPU threads (default: all cores)");
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
