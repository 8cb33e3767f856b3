// Where results go: a file system that SQLite works on, and room on it.
#include <fmt/format.h>

#include <filesystem>

#include "harness/base/units.h"
#include "harness/doctor/checks.h"
#include "results/open.h"

namespace synthbench {
namespace {

using Status = Diagnosis::Status;
constexpr std::int64_t kMiB = 1024 * 1024, kLeast = 100 * kMiB, kEnough = 1024 * kMiB;
constexpr long kTmpfs = 0x01021994;

std::string folder_of(const std::string& db_path) {
  const std::string folder = std::filesystem::path(db_path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Diagnosis database(const std::string& path, const std::string& folder, const Machine::FileSystem& place) {
  const std::string network = network_file_system(place.type);
  if (!network.empty()) {
    return {"database", Status::fail, fmt::format("{} would lie on a network file system ({}), where SQLite loses data", path, network),
            "--db on a local disk, one per host"};
  }
  if (!place.writable) return {"database", Status::fail, folder + " cannot be written by this user", "--db in a folder of yours"};
  if (place.type == kTmpfs)
    return {"database", Status::warn, path + " would lie in memory (tmpfs) and be lost with the next reboot", "--db on a disk"};
  return {"database", Status::ok, path + ": a local file system", {}};
}

Diagnosis disk(const std::string& folder, std::int64_t free_bytes) {
  const std::string detail = format_bytes(static_cast<double>(free_bytes)) + " free in " + folder;
  const std::string fix = "remove what is not needed in " + folder + ", or --db elsewhere";
  if (free_bytes < kLeast) return {"disk", Status::fail, detail + ": results will not fit", fix};
  if (free_bytes < kEnough) return {"disk", Status::warn, detail + ": little for checkpoints of trainings", fix};
  return {"disk", Status::ok, detail, {}};
}

}  // namespace

std::vector<Diagnosis> check_storage(const Machine& machine, const DoctorRequest& request) {
  const std::string folder = folder_of(request.db_path);
  const auto place = machine.file_system(folder);
  if (!place) {
    const std::string detail = "there is no folder " + folder, fix = "mkdir -p " + folder;
    return {{"database", Status::fail, detail, fix}, {"disk", Status::fail, detail, fix}};
  }
  return {database(request.db_path, folder, *place), disk(folder, place->free_bytes)};
}

}  // namespace synthbench
