#include "tasks/datasets/fetch_list.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/words.h"
#include "tasks/datasets/places.h"
#include "tasks/task.h"

namespace synthbench {
namespace {

constexpr std::string_view kHeader = "data set\turl\tbytes\tsha256\tplace\tunpack";

bool is_sha256(const std::string& text) { return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos; }

Fetchable entry_of(const std::string& line, const std::string& where) {
  const std::vector<std::string> fields = split(line, '\t');
  if (fields.size() != 6) throw UserError(fmt::format("{}: {} columns, 6 are needed: {}", where, fields.size(), kHeader));
  Fetchable entry{.data_set = fields[0], .url = fields[1], .sha256 = fields[3], .place = fields[4], .unpack = fields[5] == "yes"};
  const auto [end, error] = std::from_chars(fields[2].data(), fields[2].data() + fields[2].size(), entry.bytes);
  if (error != std::errc() || end != fields[2].data() + fields[2].size() || entry.bytes <= 0) {
    throw UserError(fmt::format("{}: '{}' is no number of bytes", where, fields[2]));
  }
  if (!is_sha256(entry.sha256)) throw UserError(fmt::format("{}: '{}' is no SHA-256 of 64 hex digits", where, entry.sha256));
  if (leads_outside(entry.place))
    throw UserError(fmt::format("{}: place '{}' is not inside of the folder of real data", where, entry.place));
  if (fields[5] != "yes" && fields[5] != "no") throw UserError(fmt::format("{}: unpack '{}' is neither yes nor no", where, fields[5]));
  return entry;
}

}  // namespace

std::vector<Fetchable> fetch_list(const std::string& path) {
  const std::string text = read_file(path);
  std::vector<Fetchable> list;
  std::size_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    const std::string where = fmt::format("{}:{}", path, ++number);
    if (number == 1 && line != kHeader) throw UserError(fmt::format("{}: the first line is not '{}'", where, kHeader));
    if (number > 1 && !line.empty()) list.push_back(entry_of(line, where));
  }
  return list;
}

std::vector<Fetchable> fetchable(const std::string& data_set) {
  const char* own = std::getenv("SYNTHBENCH_FETCH_LIST");
  std::vector<Fetchable> list = fetch_list(own != nullptr ? own : shipped_data_folder() + "/fetch.tsv");
  std::erase_if(list, [&](const Fetchable& entry) { return entry.data_set != data_set; });
  return list;
}

}  // namespace synthbench
