#include "tasks/data_file.h"

#include <filesystem>
#include <utility>
#include <vector>

namespace synthbench {
namespace {

/// A name may hold a '!' of its own: what lies on disk under it comes first.
std::optional<DataFile> file_at(const std::string& place) {
  namespace fs = std::filesystem;
  for (const char* packed : {"", ".gz", ".xz", ".bz2", ".zst"}) {
    if (fs::exists(place + packed)) return DataFile{place + packed};
  }
  for (std::size_t bang = place.find('!'); bang != std::string::npos; bang = place.find('!', bang + 1)) {
    if (fs::is_regular_file(place.substr(0, bang))) return DataFile{place.substr(0, bang), place.substr(bang + 1)};
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<DataStream> open_data_file(const std::string& place, std::shared_ptr<Tally> tally) {
  const auto file = file_at(place);
  return file ? std::make_shared<DataStream>(std::vector{*file}, std::move(tally)) : nullptr;
}

std::optional<std::string> read_data_file(const std::string& place) {
  const auto stream = open_data_file(place);
  if (!stream) return std::nullopt;
  stream->next_file();
  std::string content;
  stream->read_rest(content);
  return content;
}

}  // namespace synthbench
