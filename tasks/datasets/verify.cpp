#include "tasks/datasets/verify.h"

#include <set>

#include "harness/base/error.h"

namespace synthbench {

Verified verify(const std::string& name, const DataSet& data, const SplitHere& here) {
  Verified verdict{.data_set = name,
                   .split = here.split->name,
                   .form = here.layout->reader.form,
                   .files = here.files(),
                   .official = here.layout->note.empty() ? here.split->official : 0};  // else these files stand in for others
  std::vector<std::shared_ptr<Tally>> tallies;
  for (std::size_t k = 0; k < here.streams.size(); ++k) tallies.push_back(std::make_shared<Tally>());
  try {
    const Examples examples = open_split(data, here, tallies);
    for (Record record; examples(record); ++verdict.examples) verdict.hidden += record.hidden();
    verdict.status = verdict.official == 0                 ? "read"
                     : verdict.examples < verdict.official ? "cut"
                     : verdict.examples > verdict.official ? "more"
                                                           : "complete";
  } catch (const UserError& error) {
    verdict.status = "damaged";
    verdict.detail = error.what();
  }
  std::string sums;
  for (const auto& tally : tallies) {
    verdict.bytes += tally->bytes;
    verdict.left_out += tally->left_out;
    sums += tally->sum.hex();
  }
  verdict.lines = tallies.front()->lines;
  verdict.sha256 = tallies.size() == 1 ? sums : sha256(sums);
  return verdict;
}

std::vector<Verified> verify(const std::string& name) {
  const DataSet& data = data_sets().at(name);
  std::vector<Verified> verdicts;
  std::set<std::string> seen;
  std::vector<SplitHere> all;
  try {
    all = splits_here(data, true);
  } catch (const UserError& error) {
    return {{.data_set = name, .status = "damaged", .detail = error.what()}};
  }
  for (const SplitHere& here : all) {
    verdicts.push_back(verify(name, data, here));
    verdicts.back().used = seen.insert(here.split->name).second;
  }
  if (verdicts.empty()) NamedData{name};  // says what is missing
  return verdicts;
}

}  // namespace synthbench
