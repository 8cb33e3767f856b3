#include "harness/cli/reuse.h"

#include <filesystem>

#include "harness/provenance.h"

namespace synthbench {

WouldReuse reuse_from(const std::string& db_path, Reuse how) {
  if (how == Reuse::never || !std::filesystem::exists(db_path)) return {};
  const std::shared_ptr<Store> store = Store::open_to_read(db_path);
  const std::string build = sha_of(this_build());
  const std::string machine = sha_of(this_machine());
  return [=](const PlannedCell& cell) {
    return store->would_reuse(cell.config_sha, cell.seed, cell.config.text("kind"), build, machine, how);
  };
}

}  // namespace synthbench
