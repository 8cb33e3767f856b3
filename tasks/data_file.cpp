#include "tasks/data_file.h"

#include <filesystem>

#include "tasks/datasets/data_stream.h"

namespace synthbench {
namespace {

constexpr std::size_t kBlock = 1 << 16;

std::optional<DataFile> file_at(const std::string& place) {
  const std::size_t bang = place.find('!');
  const std::string path = place.substr(0, bang);
  if (std::filesystem::exists(path)) return DataFile{path, bang == std::string::npos ? "" : place.substr(bang + 1)};
  if (bang != std::string::npos) return std::nullopt;
  for (const char* packed : {".gz", ".xz", ".bz2", ".zst"}) {
    if (std::filesystem::exists(path + packed)) return DataFile{path + packed};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_data_file(const std::string& place) {
  const auto file = file_at(place);
  if (!file) return std::nullopt;
  DataStream stream({*file});
  stream.next_file();
  std::string content;
  for (std::size_t n = kBlock; n > 0;) {
    const std::size_t before = content.size();
    content.resize(before + kBlock);
    n = stream.read(content.data() + before, kBlock);
    content.resize(before + n);
  }
  return content;
}

}  // namespace synthbench
