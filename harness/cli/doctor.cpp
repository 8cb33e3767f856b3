// doctor: what on this machine disturbs or prevents measuring, each with what mends it.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "harness/check/pairs.h"
#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "harness/cli/torch_program.h"
#include "harness/doctor/checks.h"
#include "harness/provenance.h"
#include "results/format.h"

namespace synthbench {
namespace {

std::string status_word(Diagnosis::Status status) {
  switch (status) {
    case Diagnosis::Status::ok: return "ok";
    case Diagnosis::Status::warn: return "warn";
    case Diagnosis::Status::fail: return "fail";
  }
  return {};
}

std::string text_of(const std::vector<Diagnosis>& diagnoses) {
  std::string text;
  for (const Diagnosis& one : diagnoses) {
    text += fmt::format("{:<4}  {:<13}  {}\n", status_word(one.status), one.check, one.detail);
    if (!one.fix.empty()) text += fmt::format("{:21}fix: {}\n", "", one.fix);
  }
  return text;
}

Store::Selection rows(const std::vector<Diagnosis>& diagnoses) {
  std::vector<OrderedJson> objects;
  for (const Diagnosis& one : diagnoses) {
    objects.push_back({{"check", one.check},
                       {"status", status_word(one.status)},
                       {"detail", one.detail},
                       {"fix", one.fix.empty() ? OrderedJson(nullptr) : OrderedJson(one.fix)}});
  }
  return rows_of(std::move(objects));
}

struct DoctorCommand {
  DatabaseFlag db;
  OutputFlags output;

  Exit run() const {
    output.check();
    const BuildRow build = this_build();
    const DoctorRequest request{.db_path = db.path(),
                                .build_type = build.build_type,
                                .flags = build.flags,
                                .torch_program = torch_program().value_or(""),
                                .why_no_cuda = absence("cuda")};
    const std::vector<Diagnosis> diagnoses = diagnose(this_very_machine(), request);
    output.print([&](const std::string& format, const Sink& sink) {
      sink(format == "md" ? text_of(diagnoses) : format_rows(rows(diagnoses), format));
    });
    const bool broken = std::ranges::any_of(diagnoses, [](const Diagnosis& one) { return one.status == Diagnosis::Status::fail; });
    return broken ? Exit::some_failed : Exit::well;
  }
};

const bool registered = commands().add(
    "doctor",
    {.group = "About",
     .summary = "what on this machine disturbs or prevents measuring, and what mends it",
     .about =
         "Looks at the build, LibTorch, clock and governor, turbo, SMT, address randomization, load, limits of a container, memory, GPUs, "
         "and the file system of the database. `warn`: numbers may suffer; `fail`: something will not work. Changes nothing. Exit codes: 0 "
         "nothing fails, 3 something does.",
     .example = "synthbench doctor\nsynthbench doctor --db results/mine.db -o json",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<DoctorCommand>();
       command->db.declare(flags);
       command->output.declare(flags, table_formats());
       return [command] { return command->run(); };
     }});

}  // namespace
}  // namespace synthbench
