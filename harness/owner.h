#pragma once

#include <string>
#include <string_view>

namespace synthbench {

/// Who claims cells: host, boot, process namespace, process id and its start time, so that another supervisor on the same
/// machine can tell the dead from the slow.
std::string this_owner();

/// True when the owner was a process of this machine, boot and process namespace and is no more: its claims may be taken at
/// once instead of waiting for their leases. False for owners elsewhere, and for texts that are no owners.
bool is_dead_here(std::string_view owner);

}  // namespace synthbench
