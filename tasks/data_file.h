#pragma once

#include <memory>
#include <string>

#include "tasks/datasets/data_stream.h"

namespace synthbench {

/// A data file, whether it lies as it is or packed, in front of its first byte (next_file() leads to it).
/// place: "folder/file", for which "folder/file.gz" (.xz .bz2 .zst) is as good, or "folder/archive.zip!member".
/// Null when there is no such file; throws UserError where the system cannot say (a link to itself, a name too long). Reading throws
/// UserError that names the file when it is damaged or has no such member.
std::shared_ptr<DataStream> open_data_file(const std::string& place, std::shared_ptr<Tally> tally = nullptr);

}  // namespace synthbench
