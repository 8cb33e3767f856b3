#include "tasks/datasets/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "harness/base/error.h"

namespace synthbench {
namespace {

constexpr std::size_t kBlock = 1 << 16;

void require_file(const std::string& path) {
  struct stat about {};
  const int error = ::stat(path.c_str(), &about) != 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
  if (error != 0) throw UserError(fmt::format("cannot read {}: {}", path, std::strerror(error)));
}

std::string why(archive* reader) {
  const char* text = ::archive_error_string(reader);
  return text != nullptr ? text : "not a whole file of its kind";
}

}  // namespace

void ArchiveReader::Closer::operator()(::archive* reader) const { ::archive_read_free(reader); }

/// What a packed file holds, block by block, up to the checksum behind it.
class ArchiveReader::Packed {
 public:
  Packed() = default;
  virtual ~Packed() = default;
  Packed(const Packed&) = delete;
  Packed& operator=(const Packed&) = delete;

  /// The next block; empty at the end. False when the file is damaged.
  virtual bool read(std::string_view& block) = 0;
  virtual std::string reason() const = 0;

 protected:
  std::array<char, kBlock> block_{};
};

class ArchiveReader::Gzip final : public Packed {
 public:
  explicit Gzip(const std::string& path) : file_(::gzopen(path.c_str(), "rb")) {
    if (!file_) throw UserError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    ::gzbuffer(file_, kBlock);
  }
  ~Gzip() override { ::gzclose_r(file_); }

  bool read(std::string_view& block) override {
    const int n = ::gzread(file_, block_.data(), static_cast<unsigned>(block_.size()));
    block = {block_.data(), static_cast<std::size_t>(std::max(n, 0))};
    int error = Z_OK;
    if (n == 0) ::gzerror(file_, &error);  // Z_BUF_ERROR: the file ends in the middle
    return n >= 0 && error == Z_OK && ::gzdirect(file_) == 0;
  }
  std::string reason() const override { return "not a whole gzip file"; }

 private:
  gzFile file_;
};

/// xz, bzip2 and Zstandard.
class ArchiveReader::Filtered final : public Packed {
 public:
  explicit Filtered(const std::string& path) : reader_(::archive_read_new()) {
    ::archive_read_support_format_raw(reader_.get());
    ::archive_read_support_format_empty(reader_.get());
    ::archive_read_support_filter_xz(reader_.get());
    ::archive_read_support_filter_bzip2(reader_.get());
    ::archive_read_support_filter_zstd(reader_.get());
    whole_ = ::archive_read_open_filename(reader_.get(), path.c_str(), kBlock) == ARCHIVE_OK;
    if (!whole_) return;
    archive_entry* entry = nullptr;
    const int found = ::archive_read_next_header(reader_.get(), &entry);
    empty_ = found == ARCHIVE_EOF;
    whole_ = found == ARCHIVE_OK || empty_;
  }

  bool read(std::string_view& block) override {
    const la_ssize_t n = whole_ && !empty_ ? ::archive_read_data(reader_.get(), block_.data(), block_.size()) : 0;
    whole_ = whole_ && n >= 0;
    block = {block_.data(), static_cast<std::size_t>(std::max<la_ssize_t>(n, 0))};
    return whole_;
  }
  std::string reason() const override { return why(reader_.get()); }

 private:
  std::unique_ptr<::archive, Closer> reader_;
  bool whole_ = false, empty_ = false;
};

std::unique_ptr<ArchiveReader::Packed> ArchiveReader::unpacking(const std::string& path) {
  const auto ends = [&](std::initializer_list<std::string_view> with) {
    return std::ranges::any_of(with, [&](std::string_view end) { return path.ends_with(end); });
  };
  if (ends({".gz", ".tgz"})) return std::make_unique<Gzip>(path);
  if (ends({".xz", ".txz", ".bz2", ".tbz2", ".zst", ".tzst"})) return std::make_unique<Filtered>(path);
  return nullptr;
}

std::ptrdiff_t ArchiveReader::pass_on(::archive* reader, void* packed, const void** to) {
  std::string_view block;
  auto& from = *static_cast<Packed*>(packed);
  if (!from.read(block)) {
    ::archive_set_error(reader, EIO, "%s", from.reason().c_str());
    return ARCHIVE_FATAL;
  }
  *to = block.data();
  return static_cast<la_ssize_t>(block.size());
}

ArchiveReader::ArchiveReader(const std::string& path, bool as_archive) : path_(path), reader_(::archive_read_new()) {
  require_file(path);
  if (as_archive) {
    ::archive_read_support_format_zip_seekable(reader_.get());  // by its directory: what is cut has none
    ::archive_read_support_format_tar(reader_.get());
  } else {
    ::archive_read_support_format_raw(reader_.get());
    ::archive_read_support_format_empty(reader_.get());
  }
  packed_ = unpacking(path);
  const int opened = packed_ ? ::archive_read_open2(reader_.get(), packed_.get(), nullptr, pass_on, nullptr, nullptr)
                             : ::archive_read_open_filename(reader_.get(), path.c_str(), kBlock);
  if (opened != ARCHIVE_OK) damaged();
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::damaged() const { throw UserError(fmt::format("{} is damaged: {}", path_, why(reader_.get()))); }

bool ArchiveReader::next(ArchiveMember& member) {
  archive_entry* entry = nullptr;
  const int found = ::archive_read_next_header(reader_.get(), &entry);
  if (found == ARCHIVE_EOF) return require_end(), false;
  if (found != ARCHIVE_OK && found != ARCHIVE_WARN) damaged();
  const char* utf8 = ::archive_entry_pathname_utf8(entry);
  const char* name = utf8 != nullptr ? utf8 : ::archive_entry_pathname(entry);
  member.name = name != nullptr ? name : "";
  const auto type = ::archive_entry_filetype(entry);
  const bool linked = ::archive_entry_hardlink(entry) != nullptr || type == AE_IFLNK;
  member.kind = linked                                                                      ? ArchiveMember::Kind::link
                : type == AE_IFREG || ::archive_format(reader_.get()) == ARCHIVE_FORMAT_RAW ? ArchiveMember::Kind::file
                : type == AE_IFDIR                                                          ? ArchiveMember::Kind::folder
                                                                                            : ArchiveMember::Kind::other;
  return true;
}

/// A tar ends with a block of zeros, which the reader has taken in behind the place of the last header; and behind the end of an
/// archive lies the checksum of what packs it.
void ArchiveReader::require_end() const {
  const bool tar = (::archive_format(reader_.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
  if (tar && ::archive_filter_bytes(reader_.get(), 0) == ::archive_read_header_position(reader_.get())) {
    throw UserError(fmt::format("{} is damaged: its end mark is missing, it has been cut", path_));
  }
  std::string_view block;
  do {
    if (packed_ && !packed_->read(block)) throw UserError(fmt::format("{} is damaged: {}", path_, packed_->reason()));
  } while (!block.empty());
}

std::size_t ArchiveReader::read(char* to, std::size_t most) {
  const la_ssize_t n = ::archive_read_data(reader_.get(), to, most);
  if (n < 0) damaged();
  return static_cast<std::size_t>(n);
}

}  // namespace synthbench
