#include "harness/stray_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "harness/places.h"

namespace synthbench {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) out.push_back(entry.path());
  std::ranges::sort(out);
  return out;
}

/// The cell of "c12".
std::optional<std::int64_t> cell_of(const std::string& name) {
  std::int64_t cell = 0;
  const char* end = name.data() + name.size();
  const bool whole = name.starts_with("c") && std::from_chars(name.data() + 1, end, cell).ptr == end && name.size() > 1;
  return whole ? std::optional(cell) : std::nullopt;
}

/// "0123456789abcdef0123456789abcdef" of such a log; empty for other files, which are not ours.
std::string uid_of(const fs::path& log) {
  const std::string uid = log.stem().string();
  const bool ours = log.extension() == ".log" && uid.size() == 32 && uid.find_first_not_of("0123456789abcdef") == std::string::npos;
  return ours ? uid : "";
}

/// "00112233aabb" of "attention-00112233aabb.safetensors", the beginning of its content's hash (train_job.cpp); empty for what is no
/// artifact, such as a checkpoint.
std::string hash_of(const fs::path& artifact) {
  constexpr std::size_t kDigits = 12;
  const std::string stem = artifact.stem().string();
  const std::size_t dash = stem.rfind('-');
  if (dash == std::string::npos || stem.size() - dash - 1 != kDigits) return "";
  const std::string hash = stem.substr(dash + 1);
  return hash.find_first_not_of("0123456789abcdef") == std::string::npos ? hash : "";
}

/// Artifacts in a cell's folder that no attempt names, of this cell or another. What an attempt writes that runs has no row yet.
void add_artifacts(Store& store, std::int64_t cell, const std::vector<fs::path>& files, std::vector<fs::path>& strays) {
  if (!store.select("SELECT 1 FROM cell WHERE cell_id=?1 AND state='running'", {cell}).empty()) return;
  for (const fs::path& file : files) {
    const std::string hash = hash_of(file);
    if (!hash.empty() && store.select("SELECT 1 FROM artifact WHERE sha256>=?1 AND sha256<?1 || 'g' LIMIT 1", {hash}).empty())
      strays.push_back(file);
  }
}

}  // namespace

// The files are listed before the rows: a file that appears in between has its row already.
std::vector<fs::path> stray_files(Store& store, const std::string& db_path) {
  const Places places(db_path);
  const std::vector<fs::path> logs = entries_of(places.logs()), folders = entries_of(places.artifacts());
  std::map<fs::path, std::vector<fs::path>> kept;
  for (const fs::path& folder : folders) kept[folder] = entries_of(folder);
  std::vector<fs::path> strays;
  for (const fs::path& log : logs) {
    const std::string uid = uid_of(log);
    if (!uid.empty() && store.select("SELECT 1 FROM attempt WHERE attempt_uid=?1", {uid}).empty()) strays.push_back(log);
  }
  for (const fs::path& folder : folders) {
    const auto cell = cell_of(folder.filename().string());
    if (!cell) continue;
    if (store.select("SELECT 1 FROM cell WHERE cell_id=?1", {*cell}).empty()) {
      strays.push_back(folder);
    } else {
      add_artifacts(store, *cell, kept.at(folder), strays);
    }
  }
  return strays;
}

std::vector<fs::path> files_of(const Removal& removal, const std::string& db_path) {
  const Places places(db_path);
  std::vector<fs::path> files;
  for (const std::string& uid : removal.uids) files.push_back(places.logs() / (uid + ".log"));
  for (const std::int64_t cell : removal.cells) files.push_back(places.artifacts() / fmt::format("c{}", cell));
  const std::set<fs::path> folders(files.begin(), files.end());
  for (const std::string& path : removal.artifacts) {  // lines that were imported may name any file: ours lie in the cell's folder
    const fs::path file = (fs::absolute(db_path).parent_path() / path).lexically_normal();
    const bool ours = file.parent_path().parent_path() == places.artifacts().lexically_normal();
    if (ours && !folders.contains(file.parent_path())) files.push_back(file);
  }
  std::erase_if(files, [](const fs::path& file) { return !fs::exists(file); });
  return files;
}

void remove_files(const std::vector<fs::path>& files, const std::string& db_path) {
  std::error_code kept;  // a file that cannot be removed is a stray for gc
  for (const fs::path& file : files) fs::remove_all(file, kept);
  const Places places(db_path);
  for (const fs::path& folder : {places.logs(), places.artifacts()}) {
    if (fs::is_directory(folder, kept) && fs::is_empty(folder, kept)) fs::remove(folder, kept);
  }
}

std::uintmax_t bytes_of(const std::vector<fs::path>& files) {
  std::uintmax_t bytes = 0;
  std::error_code gone;
  for (const fs::path& file : files) {
    if (!fs::is_directory(file)) {
      bytes += fs::file_size(file, gone);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(file, gone)) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
  }
  return bytes;
}

}  // namespace synthbench
