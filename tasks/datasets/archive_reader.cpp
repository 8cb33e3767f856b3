#include "tasks/datasets/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <new>
#include <string_view>
#include <utility>

#include "harness/base/error.h"

namespace synthbench {
namespace {

constexpr std::size_t kBlock = 1 << 16;

void require_file(const std::string& path) {
  struct stat about {};
  const int error = ::stat(path.c_str(), &about) != 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
  if (error != 0) throw UserError(fmt::format("cannot read {}: {}", path, std::strerror(error)));
}

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Opened when the first bytes are asked for: a pipe is not to be opened by one who does not read it.
ArchiveReader::Bytes bytes_of_file(const std::string& path) {
  return [file = std::shared_ptr<std::FILE>(), path](char* to, std::size_t most) mutable {
    if (!file) {
      std::FILE* const opened = std::fopen(path.c_str(), "rb");
      if (opened == nullptr) throw UserError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
      file.reset(opened, FileCloser());
    }
    const std::size_t n = std::fread(to, 1, most, file.get());
    if (n == 0 && std::ferror(file.get()) != 0) throw UserError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    return n;
  };
}

std::string why(archive* reader) {
  const char* text = ::archive_error_string(reader);
  return text != nullptr ? text : "not a whole file of its kind";
}

}  // namespace

void ArchiveReader::Closer::operator()(::archive* reader) const { ::archive_read_free(reader); }

/// What a packed file, or member, holds, block by block, up to the checksum behind it.
class ArchiveReader::Packed {
 public:
  explicit Packed(Bytes from) : from_(std::move(from)) {}
  virtual ~Packed() = default;
  Packed(const Packed&) = delete;
  Packed& operator=(const Packed&) = delete;

  /// The next block; empty at the end. False when the file is damaged. What an archive around it throws passes through.
  virtual bool read(std::string_view& block) = 0;
  virtual std::string reason() const = 0;

 protected:
  std::string_view raw() { return {raw_.data(), from_(raw_.data(), raw_.size())}; }

  std::array<char, kBlock> block_{};

 private:
  Bytes from_;
  std::array<char, kBlock> raw_{};
};

/// What is not packed at all: an archive in an archive.
class ArchiveReader::Plain final : public Packed {
 public:
  using Packed::Packed;
  bool read(std::string_view& block) override {
    block = raw();
    return true;
  }
  std::string reason() const override { return ""; }
};

/// Members one after another, as gzip(1) takes them, and zeros behind the last. zlib's gzread stops at what it does not know and says
/// nothing: a second member whose first byte is hit would be lost.
class ArchiveReader::Gzip final : public Packed {
 public:
  explicit Gzip(Bytes from) : Packed(std::move(from)) {
    if (::inflateInit2(&stream_, kGzipAlone + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Gzip() override { ::inflateEnd(&stream_); }

  bool read(std::string_view& block) override {
    stream_.next_out = reinterpret_cast<Bytef*>(block_.data());
    stream_.avail_out = static_cast<uInt>(block_.size());
    bool whole = true;
    while (whole && stream_.avail_out == block_.size()) {
      if (stream_.avail_in == 0 && !fill()) {
        whole = place_ == Place::behind_a_member || place_ == Place::in_zeros;
        break;
      }
      whole = place_ == Place::in_a_member ? unpack() : look();
    }
    block = {block_.data(), block_.size() - stream_.avail_out};
    return whole;
  }
  std::string reason() const override { return "not a whole gzip file"; }

 private:
  static constexpr int kGzipAlone = 16;  // inflateInit2(): headers and checksums are those of gzip
  enum class Place { at_the_start, in_a_member, behind_a_member, in_zeros };

  bool fill() {
    packed_ = raw();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed_.data()));
    stream_.avail_in = static_cast<uInt>(packed_.size());
    return !packed_.empty();
  }

  bool unpack() {
    const int done = ::inflate(&stream_, Z_NO_FLUSH);
    if (done != Z_STREAM_END) return done == Z_OK || done == Z_BUF_ERROR;
    place_ = Place::behind_a_member;
    return ::inflateReset(&stream_) == Z_OK;
  }

  /// At a byte that is in no member: another one begins here, or it is a zero.
  bool look() {
    if (place_ != Place::at_the_start && *stream_.next_in == 0) {
      place_ = Place::in_zeros;
      ++stream_.next_in;
      --stream_.avail_in;
      return true;
    }
    if (place_ == Place::in_zeros) return false;
    place_ = Place::in_a_member;
    return true;
  }

  z_stream stream_{};
  std::string_view packed_;
  Place place_ = Place::at_the_start;
};

/// xz, bzip2 and Zstandard.
class ArchiveReader::Filtered final : public Packed {
 public:
  explicit Filtered(Bytes from) : Packed(std::move(from)), reader_(::archive_read_new()) {
    ::archive_read_support_format_raw(reader_.get());
    ::archive_read_support_format_empty(reader_.get());
    ::archive_read_support_filter_xz(reader_.get());
    ::archive_read_support_filter_bzip2(reader_.get());
    ::archive_read_support_filter_zstd(reader_.get());
  }

  bool read(std::string_view& block) override {
    if (!begun_) begin();
    const la_ssize_t n = whole_ && !empty_ ? ::archive_read_data(reader_.get(), block_.data(), block_.size()) : 0;
    whole_ = whole_ && n >= 0;
    block = {block_.data(), static_cast<std::size_t>(std::max<la_ssize_t>(n, 0))};
    if (thrown_) std::rethrow_exception(thrown_);
    return whole_;
  }
  std::string reason() const override { return why(reader_.get()); }

 private:
  /// Not in the constructor, of which no one could yet catch what the archive around this throws.
  void begin() {
    begun_ = true;
    whole_ = ::archive_read_open2(reader_.get(), this, nullptr, give, nullptr, nullptr) == ARCHIVE_OK;
    if (!whole_) return;
    archive_entry* entry = nullptr;
    const int found = ::archive_read_next_header(reader_.get(), &entry);
    empty_ = found == ARCHIVE_EOF;
    whole_ = found == ARCHIVE_OK || empty_;
  }

  /// libarchive is C: nothing may be thrown through it.
  static la_ssize_t give(::archive* reader, void* self, const void** to) {
    auto& packed = *static_cast<Filtered*>(self);
    try {
      const std::string_view bytes = packed.raw();
      *to = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      packed.thrown_ = std::current_exception();
      ::archive_set_error(reader, EIO, "damaged");
      return ARCHIVE_FATAL;
    }
  }

  std::unique_ptr<::archive, Closer> reader_;
  std::exception_ptr thrown_;
  bool begun_ = false, whole_ = false, empty_ = false;
};

std::unique_ptr<ArchiveReader::Packed> ArchiveReader::unpacking(const std::string& path, Bytes from) {
  const auto ends = [&](std::initializer_list<std::string_view> with) {
    return std::ranges::any_of(with, [&](std::string_view end) { return path.ends_with(end); });
  };
  if (ends({".gz", ".tgz"})) return std::make_unique<Gzip>(std::move(from));
  if (ends({".xz", ".txz", ".bz2", ".tbz2", ".zst", ".tzst"})) return std::make_unique<Filtered>(std::move(from));
  return nullptr;
}

std::ptrdiff_t ArchiveReader::pass_on(::archive* reader, void* self, const void** to) {
  auto& archive = *static_cast<ArchiveReader*>(self);
  std::string_view block;
  try {
    if (archive.packed_->read(block)) {
      *to = block.data();
      return static_cast<la_ssize_t>(block.size());
    }
    ::archive_set_error(reader, EIO, "%s", archive.packed_->reason().c_str());
  } catch (...) {
    archive.thrown_ = std::current_exception();
    ::archive_set_error(reader, EIO, "damaged");
  }
  return ARCHIVE_FATAL;
}

ArchiveReader::ArchiveReader(const std::string& path, bool as_archive) : path_(path), reader_(::archive_read_new()) {
  require_file(path);
  accept(as_archive);
  packed_ = unpacking(path, bytes_of_file(path));
  const int opened = packed_ ? ::archive_read_open2(reader_.get(), this, nullptr, pass_on, nullptr, nullptr)
                             : ::archive_read_open_filename(reader_.get(), path.c_str(), kBlock);
  if (opened != ARCHIVE_OK) damaged();
}

ArchiveReader::ArchiveReader(ArchiveReader& outer, const std::string& path, bool as_archive) : path_(path), reader_(::archive_read_new()) {
  accept(as_archive);
  const Bytes member = [&outer](char* to, std::size_t most) { return outer.read(to, most); };
  packed_ = unpacking(path, member);
  if (!packed_) packed_ = std::make_unique<Plain>(member);
  if (::archive_read_open2(reader_.get(), this, nullptr, pass_on, nullptr, nullptr) != ARCHIVE_OK) damaged();
}

void ArchiveReader::accept(bool as_archive) const {
  if (as_archive) {
    ::archive_read_support_format_zip_seekable(reader_.get());  // by its directory: what is cut has none
    ::archive_read_support_format_tar(reader_.get());
  } else {
    ::archive_read_support_format_raw(reader_.get());
    ::archive_read_support_format_empty(reader_.get());
  }
}

ArchiveReader::~ArchiveReader() = default;

void ArchiveReader::damaged() const {
  if (thrown_) std::rethrow_exception(thrown_);
  throw UserError(fmt::format("{} is damaged: {}", path_, why(reader_.get())));
}

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
