// data ls|verify|fetch: real data in the official layouts.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "harness/base/error.h"
#include "harness/cli/command.h"
#include "harness/cli/lists.h"
#include "harness/cli/output.h"
#include "harness/cli/rows.h"
#include "results/format.h"
#include "tasks/datasets/fetch.h"
#include "tasks/datasets/presence.h"
#include "tasks/datasets/verify.h"

namespace synthbench {
namespace {

struct DataCommand {
  std::string name;
  FlagValue data;
  OutputFlags output;

  void use_folder() const {
    if (data) ::setenv("SYNTHBENCH_DATA", data.text.c_str(), 1);
  }

  Exit list() const {
    output.check();
    use_folder();
    output.print([&](const std::string& format, const Sink& sink) { sink(list_text(lists().at("datasets"), "", format)); });
    return Exit::well;
  }

  /// Each layout of each split a row; damage is exit 2, with its first line on stderr too.
  Exit verify() const {
    output.check();
    use_folder();
    std::vector<OrderedJson> rows;
    std::string damage;
    for (const std::string& one : wanted()) {
      for (const Verified& verdict : synthbench::verify(one)) {
        if (damage.empty()) damage = verdict.detail;
        rows.push_back(row_of(verdict));
      }
    }
    if (rows.empty()) throw NothingDone("no data set is here: --data DIR names a folder of real data (`data ls`)");
    output.print([&](const std::string& format, const Sink& sink) { sink(format_rows(rows_of(rows), format)); });
    if (!damage.empty()) throw UserError(damage);
    return Exit::well;
  }

  /// Files of the list, one after another; those that are here already cost nothing.
  Exit fetch() const {
    use_folder();
    if (data_folder().empty()) throw UserError("where to? --data DIR or SYNTHBENCH_DATA names the folder of real data");
    data_sets().at(name);
    const std::vector<Fetchable> files = fetchable(name);
    if (files.empty()) throw UserError(fmt::format("data set '{}' is on no list of files to fetch: `data ls` says what is", name));
    const std::string downloader = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "synthbench-fetch").string();
    const auto say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
    for (const Fetchable& file : files) {
      const bool here = synthbench::fetch(file, data_folder(), downloader, say) == Fetched::here_already;
      say(fmt::format("{}/{}: {}", data_folder(), file.place, here ? "is here already" : "fetched, SHA-256 as listed"));
    }
    return Exit::well;
  }

 private:
  /// The one that is named, or all that are here, those too that cannot be read.
  std::vector<std::string> wanted() const {
    if (name != "all") return {name};
    std::vector<std::string> names = data_sets().names();
    std::erase_if(names, [](const std::string& one) {
      const Presence here = presence(one);
      return !here.available && !here.unreadable;
    });
    return names;
  }

  static OrderedJson row_of(const Verified& verdict) {
    const auto or_null = [](std::int64_t number) { return number == 0 ? OrderedJson(nullptr) : OrderedJson(number); };
    return {{"name", verdict.data_set},
            {"split", verdict.split},
            {"status", verdict.status},
            {"examples", verdict.examples},
            {"official", or_null(verdict.official)},
            {"hidden", verdict.hidden},
            {"left_out", verdict.left_out},
            {"lines", verdict.lines},
            {"bytes", verdict.bytes},
            {"form", verdict.form},
            {"used", verdict.used},
            {"files", verdict.files},
            {"sha256", verdict.sha256},
            {"detail", verdict.detail.empty() ? OrderedJson(nullptr) : OrderedJson(verdict.detail)}};
  }
};

bool add(const std::string& name, const std::string& summary, const std::string& about, const std::string& example,
         Exit (DataCommand::*run)() const, const std::string& argument, bool table) {
  return commands().add(name, {.group = "Check and count",
                               .summary = summary,
                               .about = about,
                               .example = example,
                               .declare = [run, argument, table](FlagSet& flags) -> Action {
                                 const auto command = std::make_shared<DataCommand>();
                                 if (!argument.empty()) flags.argument("NAME", command->name, argument, true, data_sets().names());
                                 flags.value("--data", command->data, "DIR", "folder of real data in the official layouts");
                                 if (table) command->output.declare(flags, table_formats());
                                 return [command, run] { return ((*command).*run)(); };
                               }});
}

const bool says =
    add("data ls", "data sets: what is here, what can be fetched, licence, size",
        "Looks into the folder that --data or SYNTHBENCH_DATA names, then at the samples that come with synthbench. Nothing "
        "is read but the names in archives, once: `data verify` reads all. The table is short; -o json has all that is known, and "
        "why a set is not here.",
        "synthbench data ls\nsynthbench data ls --data ~/data -o csv", &DataCommand::list, "", true);

const bool verifies =
    add("data verify", "read a data set from end to end and count its examples",
        "Reads every split in every layout that is here, as loading does: damaged or cut files, bytes that are not UTF-8, columns "
        "or lines that do not belong together end with exit 2 and the file and line. status compares with the official number of "
        "examples: complete, cut, more, or read where none is known. hidden counts labels that the publisher keeps back (-1), left_out "
        "rows that are no examples.",
        "synthbench data verify tatoeba\nsynthbench data verify all --data ~/data -o csv", &DataCommand::verify,
        "a data set, or all that are here", true);

const bool fetches =
    add("data fetch", "download a data set into the folder of real data",
        "Files, sizes and SHA-256 are those of tasks/data/fetch.tsv, or of the file that SYNTHBENCH_FETCH_LIST names. A download that "
        "broke off goes on where it was; a file with another sum is refused and kept apart as NAME.refused; archives are unpacked "
        "without links and names that lead outside. Mind the licence of `data ls`: it is between you and the publisher.",
        "synthbench data fetch enwik8 --data ~/data", &DataCommand::fetch, "a data set", false);

}  // namespace
}  // namespace synthbench
