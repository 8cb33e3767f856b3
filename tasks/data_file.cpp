#include "tasks/data_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/error.h"

namespace synthbench {
namespace {

/// A name may hold a '!' of its own: what lies on disk under it comes first.
/// Throws UserError when nothing is found because the system cannot say what is at the place: a link to itself, a name that is too long.
std::optional<DataFile> file_at(const std::string& place) {
  namespace fs = std::filesystem;
  std::error_code why, ignored;
  for (const std::string_view packed : kPackedEndings) {
    std::string path = place + std::string(packed);
    if (fs::exists(path, packed.empty() ? why : ignored)) return DataFile{std::move(path)};
  }
  for (std::size_t bang = place.find('!'); bang != std::string::npos; bang = place.find('!', bang + 1)) {
    if (fs::is_regular_file(place.substr(0, bang), ignored)) return DataFile{place.substr(0, bang), place.substr(bang + 1)};
  }
  if (why) throw UserError(fmt::format("cannot read {}: {}", place, why.message()));
  return std::nullopt;
}

}  // namespace

std::shared_ptr<DataStream> open_data_file(const std::string& place, std::shared_ptr<Tally> tally) {
  const auto file = file_at(place);
  return file ? std::make_shared<DataStream>(std::vector{*file}, std::move(tally)) : nullptr;
}

}  // namespace synthbench
