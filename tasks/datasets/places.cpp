#include "tasks/datasets/places.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "tasks/text/cache.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPacked[] = {"", ".gz", ".xz", ".bz2", ".zst"};
constexpr std::string_view kArchives[] = {".zip", ".tar.gz", ".tgz", ".tar", ".tar.xz", ".tar.bz2", ".tar.zst"};

/// A folder's name may hold what a pattern means otherwise.
std::string literal(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::vector<std::string> sorted_matches(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

std::vector<DataFile> plain_files(const std::string& pattern) {
  std::vector<DataFile> files;
  for (const std::string& path : sorted_matches(pattern)) {
    if (fs::is_regular_file(path)) files.push_back({path});
  }
  return files;
}

std::vector<DataFile> packed_or_plain(const std::string& pattern) {
  for (const std::string_view suffix : kPacked) {
    if (std::vector<DataFile> files = plain_files(pattern + std::string(suffix)); !files.empty()) return files;
  }
  return {};
}

/// What is in an archive; absent where it is damaged, which reading it tells. A tar, which has no directory, is read for it once and then
/// remembered until it changes.
const std::optional<std::vector<std::string>>& listed(const std::string& path) {
  static std::map<std::string, std::optional<std::vector<std::string>>> known;
  const auto changed = fs::last_write_time(path).time_since_epoch().count();
  const std::string identity = fmt::format("{} {} {}", fs::absolute(path).string(), fs::file_size(path), changed);
  const auto [entry, is_new] = known.try_emplace(identity);
  if (!is_new) return entry->second;
  try {
    const auto names = [&] { return join(members_of(path), "\n"); };
    entry->second = split(path.ends_with(".zip") ? names() : cached("members/" + sha256(identity), names), '\n');
  } catch (const UserError&) {
  }
  return entry->second;
}

/// Members of the archives that a pattern names, or files of the folders that it names.
std::vector<DataFile> members(const std::string& archive, const std::string& member) {
  std::vector<DataFile> files;
  for (const std::string& path : sorted_matches(archive)) {
    if (fs::is_directory(path)) {
      for (DataFile& file : packed_or_plain(literal(path) + "/" + member)) files.push_back(std::move(file));
      continue;
    }
    if (!fs::is_regular_file(path)) continue;
    const auto& names = listed(path);
    const auto wanted = [&](const std::string& name) { return matches(member, name); };
    if (!names || std::ranges::any_of(*names, wanted)) files.push_back({path, member});
  }
  return files;
}

/// place: no alternatives, no " + ".
std::vector<DataFile> find_one(const std::string& folder, const std::string& place) {
  const std::string root = literal(folder) + "/";
  if (const std::size_t bang = place.find('!'); bang != std::string::npos) {
    return members(root + place.substr(0, bang), place.substr(bang + 1));
  }
  if (std::vector<DataFile> files = packed_or_plain(root + place); !files.empty()) return files;
  // The file itself, then each folder around it, as an archive.
  for (std::size_t end = place.size(); end != std::string::npos && end > 0; end = place.rfind('/', end - 1)) {
    const std::size_t start = place.rfind('/', end - 1) + 1;  // npos + 1 is 0
    for (const std::string_view suffix : kArchives) {
      const std::string archive = root + place.substr(0, end) + std::string(suffix);
      if (std::vector<DataFile> files = members(archive, place.substr(start)); !files.empty()) return files;
    }
    if (start == 0) break;
  }
  return {};
}

}  // namespace

bool leads_outside(std::string_view name) {
  if (name.empty() || name.starts_with('/')) return true;
  return std::ranges::any_of(split(name, '/'), [](const std::string& part) { return part == ".."; });
}

std::vector<std::string> alternatives(std::string_view pattern) {
  const std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) return {std::string(pattern)};
  const std::size_t close = pattern.find('}', open);
  std::vector<std::string> all;
  for (const std::string& choice : split(pattern.substr(open + 1, close - open - 1), ',')) {
    for (std::string& rest : alternatives(pattern.substr(close + 1))) {
      all.push_back(std::string(pattern.substr(0, open)) + choice + rest);
    }
  }
  return all;
}

std::vector<DataFile> find_place(const std::string& folder, std::string_view place) {
  constexpr std::string_view plus = " + ";
  std::vector<DataFile> files;
  for (bool last = false; !last;) {
    const std::size_t end = place.find(plus);
    last = end == std::string_view::npos;
    std::vector<DataFile> part;
    for (const std::string& one : alternatives(place.substr(0, end))) {
      if (part = find_one(folder, one); !part.empty()) break;
    }
    if (part.empty()) return {};
    files.insert(files.end(), part.begin(), part.end());
    if (!last) place.remove_prefix(end + plus.size());
  }
  return files;
}

}  // namespace synthbench
