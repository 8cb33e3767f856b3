#include "tasks/datasets/places.h"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
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

/// What lies at a path. Throws UserError where the system cannot say: a link to itself, a folder that may not be entered.
fs::file_type kind_of(const std::string& path) {
  std::error_code failed;
  const fs::file_type kind = fs::status(path, failed).type();
  if (kind == fs::file_type::none) throw UserError(fmt::format("cannot read {}: {}", path, failed.message()));
  return kind;
}

/// The path that a pattern means which has nothing to match; else absent.
std::optional<std::string> path_of(const std::string& pattern) {
  std::string path;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '*' || pattern[at] == '?' || pattern[at] == '[') return std::nullopt;
    if (pattern[at] == '\\') ++at;
    path += pattern[at];
  }
  return path;
}

/// In the order of their names. Throws UserError where a folder may not be read or entered.
std::vector<std::string> sorted_matches(const std::string& pattern) {
  if (const auto path = path_of(pattern)) {
    return kind_of(*path) == fs::file_type::not_found ? std::vector<std::string>() : std::vector{*path};
  }
  static thread_local int reason = 0;  // glob's callback has no other way to say it
  const auto is_there = [](const char*, int why) {
    reason = why;
    return why == ENOENT || why == ENOTDIR ? 0 : 1;
  };
  glob_t found{};
  std::vector<std::string> paths;
  const int failed = ::glob(pattern.c_str(), 0, is_there, &found);
  if (failed == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (failed != 0 && failed != GLOB_NOMATCH) {
    throw UserError(fmt::format("cannot read {}: {}", pattern, std::strerror(failed == GLOB_NOSPACE ? ENOMEM : reason)));
  }
  return paths;
}

/// One file for each name, plain or packed; shards of one pattern may be packed differently.
std::vector<DataFile> packed_or_plain(const std::string& pattern) {
  std::map<std::string, DataFile> by_name;
  for (const std::string_view ending : kPackedEndings) {
    for (const std::string& path : sorted_matches(pattern + std::string(ending))) {
      if (kind_of(path) == fs::file_type::regular) by_name.try_emplace(path.substr(0, path.size() - ending.size()), DataFile{path});
    }
  }
  std::vector<DataFile> files;
  for (auto& [name, file] : by_name) files.push_back(std::move(file));
  return files;
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

/// What an archive holds of a member, plain or packed; absent where it holds none. An archive that cannot be listed is asked for the
/// plain one. Of "tars!member" the name of the tars says how they are packed.
std::optional<DataFile> held_in(const std::string& archive, const std::string& member) {
  const std::size_t bang = member.find('!');
  const bool nested = bang != std::string::npos;
  const std::string outer = member.substr(0, bang), inner = nested ? member.substr(bang + 1) : "";
  const auto& names = listed(archive);
  if (!names) return DataFile{archive, outer, inner};
  for (const std::string_view ending : kPackedEndings) {
    std::string pattern = outer + std::string(ending);
    const bool held = std::ranges::any_of(*names, [&](const std::string& name) { return matches(pattern, name); });
    if (held) return DataFile{archive, std::move(pattern), inner};
    if (nested) break;
  }
  return std::nullopt;
}

/// Members of the archives that a pattern names, or files of the folders that it names. Of archives that one pattern names the first one
/// that holds the member speaks for those behind it: to list thousands of tars is to read them.
std::vector<DataFile> members(const std::string& archive, const std::string& member) {
  std::vector<DataFile> files;
  std::optional<DataFile> first;
  for (const std::string& path : sorted_matches(archive)) {
    const fs::file_type kind = kind_of(path);
    if (kind == fs::file_type::directory && member.find('!') == std::string::npos) {
      for (DataFile& file : packed_or_plain(literal(path) + "/" + member)) files.push_back(std::move(file));
    } else if (kind == fs::file_type::regular) {
      if (!first) first = held_in(path, member);
      if (first) files.push_back({path, first->member, first->inner});
    }
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
