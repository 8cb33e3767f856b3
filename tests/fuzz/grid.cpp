#include "ablations/grid.h"

#include "ablations/expansion.h"
#include "harness/measure_settings.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

constexpr std::int64_t kSmall = 2000;  ///< points of a grid that is expanded: larger ones cost time and show nothing new

void check_cells(const Expansion& expansion) {
  const Expansion::Counts& counts = expansion.counts();
  always(counts.cells == counts.product + counts.included - counts.excluded - counts.duplicates, "the counts do not add up");
  std::int64_t cells = 0;
  for (std::int64_t index = 0; index < expansion.size(); ++index) cells += expansion.cell(index).excluded == nullptr ? 1 : 0;
  always(cells == counts.cells, "as many cells as were counted");
}

void fuzz(std::string_view text) {
  try {
    const Grid grid = parse_grid(text, "/nowhere/fuzz.toml");
    MeasureReader measure;
    for (const Setting& setting : grid.measure) measure.set(setting);
    measure.settings();
    Expansion expansion(grid, false);
    if (expansion.points() > kSmall) return;
    expansion.expand({});
    check_cells(expansion);
    always(expansion.sha().size() == 64, "a plan has its hash");
  } catch (const UserError& error) {
    check_refusal(error.what());
  }
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
