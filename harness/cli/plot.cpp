// plot KIND --out FILE.svg|FILE.png: a figure of what the database holds.
#include "results/plot.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "harness/base/files.h"
#include "harness/cli/command.h"
#include "harness/cli/gnuplot.h"
#include "harness/cli/output.h"
#include "harness/cli/selection_flags.h"
#include "results/figure_script.h"

namespace synthbench {
namespace {

struct PlotCommand {
  std::string kind;
  FlagValue out;
  SelectionFlags selection;
  DatabaseFlag db;

  /// By the suffix of the file, which can be written as far as one sees.
  FigureLook look() const {
    if (!out) throw UserError("plot " + kind + ": --out FILE.svg or --out FILE.png is needed");
    const std::filesystem::path path(out.text);
    const std::string suffix = path.extension();
    if (suffix != ".svg" && suffix != ".png") throw UserError(fmt::format("{}: '{}' is not .svg or .png", out.where, suffix));
    if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path())) {
      throw UserError(fmt::format("{}: no folder {}", out.where, path.parent_path().string()));
    }
    return {.kind = suffix == ".png" ? FigureLook::Kind::png : FigureLook::Kind::svg};
  }

  Exit run() const {
    const PlotKind& plot = plots().at(kind);
    const FigureLook look = this->look();
    const auto store = Store::open_to_read(db.path());
    const Figure figure = plot.build(*store, selection.options(*store));
    std::string drawing = run_gnuplot(gnuplot_script(figure, look));
    if (look.kind == FigureLook::Kind::svg) drawing = finished_svg(std::move(drawing), figure, look, "");
    write_file(out.text, drawing);
    fmt::print(stderr, "{}: {}; {}\n", out.text, figure.title, figure.subtitle);
    for (const std::string& note : figure.notes) fmt::print(stderr, "- {}\n", note);
    return Exit::well;
  }
};

std::string kinds() {
  std::string out;
  for (const auto& [name, plot] : plots()) out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", name, plot.summary);
  return out;
}

const bool registered = commands().add(
    "plot", {.group = "Look at results",
             .summary = "a figure as SVG or PNG: of time, memory, quality, training",
             .about = "The numbers are those of the tables, and so are the rules: times of several builds or machines are refused "
                      "without --across-env. What stands below a table is printed on stderr. gnuplot draws (Debian: gnuplot-nox).",
             .example = "synthbench plot speed --out speed.svg\nsynthbench plot pareto --sweep quickstart --out pareto.png",
             .declare = [](FlagSet& flags) -> Action {
               const auto command = std::make_shared<PlotCommand>();
               flags.argument("KIND", command->kind, kinds(), true, plots().names());
               flags.value("--out", command->out, "FILE", "FILE.svg, or FILE.png with twice the pixels for print");
               command->selection.declare(flags);
               command->db.declare(flags);
               return [command] { return command->run(); };
             }});

}  // namespace
}  // namespace synthbench
