#include "tasks/datasets/data_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "harness/base/error.h"

namespace synthbench {
namespace {

constexpr std::size_t kBlock = 1 << 16;

[[noreturn]] void damaged(const std::string& path, std::string_view why) { throw UserError(fmt::format("{} is damaged: {}", path, why)); }

/// What no data set means: folders and forks that macOS leaves in archives.
bool is_litter(std::string_view name) {
  const std::string_view file = name.substr(name.rfind('/') + 1);
  return name.starts_with("__MACOSX/") || file.starts_with("._") || file == ".DS_Store";
}

void require_file(const std::string& path) {
  struct stat about {};
  const int error = ::stat(path.c_str(), &about) != 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
  if (error != 0) throw UserError(fmt::format("cannot read {}: {}", path, std::strerror(error)));
}

/// Bytes of a gzip file, its checksum looked at.
class Gzip {
 public:
  explicit Gzip(const std::string& path) : path_(path), file_(::gzopen(path.c_str(), "rb")) {
    if (!file_) throw UserError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    ::gzbuffer(file_, kBlock);
  }
  ~Gzip() { ::gzclose_r(file_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// The next block; empty at the end. Returns false when the file is damaged.
  bool read(std::string_view& block) {
    const int n = ::gzread(file_, block_.data(), static_cast<unsigned>(block_.size()));
    block = {block_.data(), static_cast<std::size_t>(std::max(n, 0))};
    int error = Z_OK;
    if (n == 0) ::gzerror(file_, &error);  // Z_BUF_ERROR: the file ends in the middle
    return n >= 0 && error == Z_OK && ::gzdirect(file_) == 0;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  gzFile file_;
  std::array<char, kBlock> block_{};
};

la_ssize_t pass_on(archive* reader, void* gzip, const void** to) {
  std::string_view block;
  if (!static_cast<Gzip*>(gzip)->read(block)) {
    ::archive_set_error(reader, EIO, "not a whole gzip file");
    return ARCHIVE_FATAL;
  }
  *to = block.data();
  return static_cast<la_ssize_t>(block.size());
}

struct Closer {
  void operator()(archive* reader) const { ::archive_read_free(reader); }
};

}  // namespace

/// One file on disk, and the member of it that is read.
class DataStream::Opened {
 public:
  Opened(const std::string& path, bool as_archive) : path_(path), reader_(::archive_read_new()) {
    require_file(path);
    if (as_archive) {
      ::archive_read_support_format_zip_seekable(reader_.get());  // by its directory: what is cut has none
      ::archive_read_support_format_tar(reader_.get());
    } else {
      ::archive_read_support_format_raw(reader_.get());
      ::archive_read_support_format_empty(reader_.get());
    }
    const bool gzip = path.ends_with(".gz") || path.ends_with(".tgz");
    if (!gzip && (as_archive || path.ends_with(".xz") || path.ends_with(".bz2") || path.ends_with(".zst"))) {
      ::archive_read_support_filter_xz(reader_.get());
      ::archive_read_support_filter_bzip2(reader_.get());
      ::archive_read_support_filter_zstd(reader_.get());
    }
    if (gzip) gzip_.emplace(path);
    const int opened = gzip ? ::archive_read_open2(reader_.get(), &*gzip_, nullptr, pass_on, nullptr, nullptr)
                            : ::archive_read_open_filename(reader_.get(), path.c_str(), kBlock);
    if (opened != ARCHIVE_OK) damaged(path, why());
  }

  /// The name of the next member; absent behind the last one.
  std::optional<std::string> next() {
    archive_entry* entry = nullptr;
    for (;;) {
      const int found = ::archive_read_next_header(reader_.get(), &entry);
      if (found == ARCHIVE_EOF) return drain(), std::nullopt;
      if (found != ARCHIVE_OK && found != ARCHIVE_WARN) damaged(path_, why());
      const char* name = ::archive_entry_pathname_utf8(entry);
      if (name == nullptr) name = ::archive_entry_pathname(entry);
      const bool regular = ::archive_entry_filetype(entry) == AE_IFREG || ::archive_format(reader_.get()) == ARCHIVE_FORMAT_RAW;
      if (name != nullptr && regular && !is_litter(name)) return name;
    }
  }

  std::size_t read(char* to, std::size_t most) {
    const la_ssize_t n = ::archive_read_data(reader_.get(), to, most);
    if (n < 0) damaged(path_, why());
    return static_cast<std::size_t>(n);
  }

 private:
  std::string why() const {
    const char* text = ::archive_error_string(reader_.get());
    return text != nullptr ? text : "not a whole file of its kind";
  }
  /// Behind the end of an archive may lie the checksum of what packs it.
  void drain() {
    std::string_view block;
    do {
      if (gzip_ && !gzip_->read(block)) damaged(path_, "not a whole gzip file");
    } while (!block.empty());
  }

  std::string path_;
  std::optional<Gzip> gzip_;
  std::unique_ptr<archive, Closer> reader_;
};

DataStream::DataStream(std::vector<DataFile> files, std::shared_ptr<Tally> tally) : files_(std::move(files)), tally_(std::move(tally)) {}
DataStream::~DataStream() = default;

bool DataStream::open_next() {
  if (next_ == files_.size()) return false;
  const DataFile& file = files_[next_];
  opened_ = std::make_unique<Opened>(file.path, !file.member.empty());
  name_.clear();
  return true;
}

bool DataStream::next_file() {
  inside_a_line_ = false;
  while (opened_ || open_next()) {
    const DataFile& file = files_[next_];
    const bool first = name_.empty();
    while (const auto member = opened_->next()) {
      if (!file.member.empty() && !matches(file.member, *member)) continue;
      name_ = file.member.empty() ? file.path : file.path + "!" + *member;
      if (tally_) ++tally_->files;
      return true;
    }
    opened_.reset();
    ++next_;
    if (first && file.member.empty()) {  // an empty file has no member at all
      name_ = file.path;
      if (tally_) ++tally_->files;
      return true;
    }
    if (first) throw UserError(fmt::format("{} has no member {}", file.path, file.member));
  }
  return false;
}

std::size_t DataStream::read(char* to, std::size_t most) {
  const std::size_t n = opened_ ? opened_->read(to, most) : 0;
  if (!tally_) return n;
  tally_->bytes += static_cast<std::int64_t>(n);
  tally_->lines += std::count(to, to + n, '\n');
  if (n > 0) inside_a_line_ = to[n - 1] != '\n';
  if (n == 0 && std::exchange(inside_a_line_, false)) ++tally_->lines;
  tally_->sum.add({to, n});
  return n;
}

bool is_archive(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  return file.ends_with(".zip") || file.ends_with(".tar") || file.ends_with(".tgz") || file.find(".tar.") != std::string_view::npos;
}

std::optional<std::vector<std::string>> quick_directory(const std::string& path) {
  if (!path.ends_with(".zip")) return std::nullopt;
  const std::unique_ptr<archive, Closer> reader(::archive_read_new());
  ::archive_read_support_format_zip_seekable(reader.get());
  if (::archive_read_open_filename(reader.get(), path.c_str(), kBlock) != ARCHIVE_OK) return std::nullopt;  // the reader says why
  std::vector<std::string> names;
  archive_entry* entry = nullptr;
  int found = ARCHIVE_OK;
  while ((found = ::archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    const char* name = ::archive_entry_pathname(entry);
    if (name != nullptr && ::archive_entry_filetype(entry) == AE_IFREG) names.emplace_back(name);
  }
  if (found != ARCHIVE_EOF) return std::nullopt;
  return names;
}

bool matches(std::string_view pattern, std::string_view name) {
  if (name.starts_with("./")) name.remove_prefix(2);
  return ::fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), FNM_PATHNAME) == 0;
}

}  // namespace synthbench
