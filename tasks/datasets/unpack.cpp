#include "tasks/datasets/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <memory>

#include "harness/base/error.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

struct Closer {
  void operator()(archive* reader) const { ::archive_read_free(reader); }
};

bool leads_outside(const std::string& name) {
  if (name.empty() || name.starts_with('/')) return true;
  for (const std::string& part : split(name, '/')) {
    if (part == "..") return true;
  }
  return false;
}

void copy(archive* reader, const std::string& from, const fs::path& to) {
  std::ofstream file(to, std::ios::binary | std::ios::trunc);
  std::array<char, 1 << 16> block{};
  la_ssize_t n = 0;
  while (file && (n = ::archive_read_data(reader, block.data(), block.size())) > 0) file.write(block.data(), n);
  if (n < 0) throw UserError(fmt::format("{} is damaged: {}", from, ::archive_error_string(reader)));
  file.close();
  if (!file) throw UserError(fmt::format("cannot write {}", to.string()));
}

}  // namespace

void unpack(const std::string& path, const std::string& folder) {
  const std::unique_ptr<archive, Closer> reader(::archive_read_new());
  ::archive_read_support_format_zip_seekable(reader.get());
  ::archive_read_support_format_tar(reader.get());
  ::archive_read_support_filter_gzip(reader.get());
  ::archive_read_support_filter_xz(reader.get());
  ::archive_read_support_filter_bzip2(reader.get());
  ::archive_read_support_filter_zstd(reader.get());
  const auto why = [&] {
    const char* text = ::archive_error_string(reader.get());
    return std::string(text != nullptr ? text : "not a whole archive");
  };
  if (::archive_read_open_filename(reader.get(), path.c_str(), 1 << 16) != ARCHIVE_OK)
    throw UserError(fmt::format("{} is damaged: {}", path, why()));
  fs::create_directories(folder);
  archive_entry* entry = nullptr;
  int found = ARCHIVE_OK;
  while ((found = ::archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK || found == ARCHIVE_WARN) {
    const char* utf8 = ::archive_entry_pathname_utf8(entry);
    const char* raw = utf8 != nullptr ? utf8 : ::archive_entry_pathname(entry);
    const std::string name = raw != nullptr ? raw : "";
    const std::string where = fmt::format("{}!{}", path, name);
    if (leads_outside(name)) throw UserError(where + ": its name leads outside of the folder; nothing of this archive can be trusted");
    if (::archive_entry_hardlink(entry) != nullptr || ::archive_entry_symlink(entry) != nullptr)
      throw UserError(where + ": a link, which data has not");
    const auto kind = ::archive_entry_filetype(entry);
    const fs::path to = fs::path(folder) / name;
    if (kind == AE_IFDIR) {
      fs::create_directories(to);
    } else if (kind == AE_IFREG) {
      fs::create_directories(to.parent_path());
      copy(reader.get(), path, to);
    } else {
      throw UserError(where + ": neither a file nor a folder");
    }
  }
  if (found != ARCHIVE_EOF) throw UserError(fmt::format("{} is damaged: {}", path, why()));
}

}  // namespace synthbench
