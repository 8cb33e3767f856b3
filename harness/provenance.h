#pragma once

#include <filesystem>
#include <string>

#include "harness/base/json.h"
#include "results/store.h"

namespace synthbench {

/// What this program was compiled from and with. Everything but git_sha, dirty and diff_sha is part of the build's identity.
BuildRow this_build();

std::string host_name();

/// The machine by its stable facts: the same on every day and after every reboot. The device fields stay empty without a GPU.
EnvRow this_machine();

/// Models, UUIDs and driver of the NVIDIA GPUs, as their driver tells in files (/proc/driver/nvidia): no CUDA is started for it.
void add_gpus(EnvRow& env, const std::filesystem::path& driver_folder);

/// What changes from minute to minute and may explain an odd number: load, governor, clock, free memory.
Json volatile_facts();

}  // namespace synthbench
