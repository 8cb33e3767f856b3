#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/noise_floor.h"
#include "results/store.h"

namespace synthbench {

/// What a baseline stands for.
struct SavedBaseline {
  std::int64_t sweep = 0;
  std::int64_t cells = 0;     ///< with a result that the name covers
  std::int64_t left_out = 0;  ///< finished cells of the sweep whose result is of another build or machine
};
/// Names the results that a sweep has now: those of its latest build and machine, so that they are found again when the sweep is
/// measured anew. sweep: absent is the latest one. Throws UserError where the name is taken, as a sweep is never overwritten by
/// chance, or where the sweep has no result.
SavedBaseline save_baseline(Store& store, const std::string& name, std::optional<std::int64_t> sweep);
/// Its results stay. Throws UserError where there is none of that name.
void remove_baseline(Store& store, const std::string& name);
/// name, sweep, commit, host, created_at
Store::Selection list_baselines(Store& store);

/// In the place of what was stored of this machine, backend and decade before.
void store_noise_floors(Store& store, std::int64_t env, const std::vector<NoiseFloor>& floors);

}  // namespace synthbench
