#include "results/compare_seeds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "harness/base/words.h"

namespace synthbench {
namespace {

using Seeds = std::set<std::int64_t>;

Seeds seeds_of(const std::vector<CellFacts>& cells) {
  Seeds out;
  for (const CellFacts& cell : cells) out.insert(cell.seed);
  return out;
}

Seeds without(const Seeds& seeds, const Seeds& others) {
  Seeds out;
  std::ranges::set_difference(seeds, others, std::inserter(out, out.end()));
  return out;
}

std::string words(const Seeds& seeds) { return fmt::format("seed{} {}", seeds.size() == 1 ? "" : "s", fmt::join(seeds, ", ")); }

/// "crashed: SIGSEGV" with the seeds that ended so.
std::map<std::string, Seeds> ends_of(const ConfigFacts& row) {
  std::map<std::string, Seeds> out;
  for (const CellFacts& cell : row.missing) out[cell.state + (cell.reason.empty() ? "" : ": " + cell.reason)].insert(cell.seed);
  return out;
}

std::string listed(const char* side, const std::map<std::string, Seeds>& ends) {
  std::vector<std::string> parts;
  for (const auto& [end, seeds] : ends) parts.push_back(words(seeds) + " " + end);
  return fmt::format("{}: {}", side, join(parts, "; "));
}

/// What a side lacks: seeds that ended without a result, and those that only the other one has.
void add_left_out(std::vector<std::string>& notes, const char* side, const ConfigFacts& row, const Seeds& only_other) {
  if (!row.missing.empty()) notes.push_back(listed(side, ends_of(row)));
  const Seeds unknown = without(only_other, seeds_of(row.missing));
  if (!unknown.empty()) notes.push_back(fmt::format("{} has no {}", side, words(unknown)));
}

Seeds of_both(const ConfigFacts& a, const ConfigFacts& b) {
  Seeds out;
  std::ranges::set_intersection(seeds_of(a.done), seeds_of(b.done), std::inserter(out, out.end()));
  return out;
}

}  // namespace

ConfigFacts at_seeds(ConfigFacts row, const Seeds& seeds) {
  std::erase_if(row.done, [&](const CellFacts& cell) { return !seeds.contains(cell.seed); });
  return row;
}

std::pair<ConfigFacts, ConfigFacts> of_equal_work(const ConfigFacts& a, const ConfigFacts& b) {
  if (!a.seed_draws_work() && !b.seed_draws_work()) return {a, b};
  const Seeds both = of_both(a, b);
  return {at_seeds(a, both), at_seeds(b, both)};
}

SharedSeeds shared_seeds(const ConfigFacts& a, const ConfigFacts& b) {
  const Seeds of_a = seeds_of(a.done), of_b = seeds_of(b.done);
  const Seeds both = of_both(a, b);
  SharedSeeds out{
      .a = both.empty() ? a : at_seeds(a, both), .b = both.empty() ? b : at_seeds(b, both), .count = both.size(), .left_out = {}};
  std::vector<std::string> notes;
  add_left_out(notes, "A", a, both.empty() ? Seeds() : without(of_b, of_a));
  add_left_out(notes, "B", b, both.empty() ? Seeds() : without(of_a, of_b));
  out.left_out = join(notes, "; ");
  return out;
}

std::string absence_words(const char* side, const ConfigFacts& row) {
  const std::map<std::string, Seeds> ends = ends_of(row);
  if (ends.empty()) return {};
  return row.done.empty() && ends.size() == 1 ? fmt::format("{} is {}", side, ends.begin()->first) : listed(side, ends);
}

std::string seed_list(const ConfigFacts& row) { return fmt::format("{}", fmt::join(seeds_of(row.done), ", ")); }

bool is_left_out(const ConfigFacts& row) {
  return row.done.empty() && std::ranges::all_of(row.missing, [](const CellFacts& cell) { return cell.state == "excluded"; });
}

}  // namespace synthbench
