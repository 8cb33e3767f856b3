#include "harness/cli/reuse.h"

#include <filesystem>

#include "harness/provenance.h"

namespace synthbench {

WouldReuse reuse_from(const std::string& db_path, Reuse how, const MeasureSettings& measure) {
  if (how == Reuse::never || !std::filesystem::exists(db_path)) return {};
  const std::shared_ptr<Store> store = Store::open_to_read(db_path);
  const ReuseRule rule = {how, sha_of(this_build()), sha_of(this_machine()), to_json(measure)};
  return [=](const PlannedCell& cell) { return store->would_reuse(cell.config_sha, cell.seed, rule); };
}

}  // namespace synthbench
