#include "tasks/datasets/unpack.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "harness/base/error.h"
#include "tasks/datasets/archive_reader.h"
#include "tasks/datasets/places.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

void copy(ArchiveReader& archive, const fs::path& to) {
  std::ofstream file(to, std::ios::binary | std::ios::trunc);
  std::array<char, 1 << 16> block{};
  for (std::size_t n = 0; file && (n = archive.read(block.data(), block.size())) > 0;) {
    file.write(block.data(), static_cast<std::streamsize>(n));
  }
  file.close();
  if (!file) throw UserError(fmt::format("cannot write {}", to.string()));
}

}  // namespace

void unpack(const std::string& path, const std::string& folder) {
  ArchiveReader archive(path, true);
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw UserError(fmt::format("cannot make {}: {}", folder, failed.message()));
  for (ArchiveMember member; archive.next(member);) {
    const std::string where = fmt::format("{}!{}", path, member.name);
    if (leads_outside(member.name))
      throw UserError(where + ": its name leads outside of the folder; nothing of this archive can be trusted");
    const fs::path to = fs::path(folder) / member.name;
    try {
      switch (member.kind) {
        case ArchiveMember::Kind::folder: fs::create_directories(to); break;
        case ArchiveMember::Kind::file:
          fs::create_directories(to.parent_path());
          copy(archive, to);
          break;
        case ArchiveMember::Kind::link: throw UserError(where + ": a link, which data has not");
        case ArchiveMember::Kind::other: throw UserError(where + ": neither a file nor a folder");
      }
    } catch (const fs::filesystem_error& error) {
      throw UserError(fmt::format("{}: {}", where, error.code().message()));
    }
  }
}

}  // namespace synthbench
