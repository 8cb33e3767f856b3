#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "tasks/datasets/fetch_list.h"

namespace synthbench {

/// How a file came.
enum class Fetched : std::uint8_t { here_already, downloaded };

/// Puts a file of the list into a folder of real data: downloads it beside its place as PLACE.partial, continues there after a break,
/// looks at bytes and SHA-256, then renames and unpacks it. Broken off anywhere, the same again goes on from there.
/// downloader: the program synthbench-fetch. say: told what goes on, a line at a time. pause: between two tries, longer each time that
/// nothing came.
/// Throws UserError: the server refuses or gives up (PLACE.partial is kept); other bytes than listed (kept as PLACE.refused); another
/// file at the place; an archive that cannot be unpacked, or whose members something is in the way of (it stays, and the same again
/// tries again).
Fetched fetch(const Fetchable& file, const std::string& folder, const std::string& downloader,
              const std::function<void(const std::string& line)>& say, std::chrono::milliseconds pause = std::chrono::milliseconds(500));

}  // namespace synthbench
