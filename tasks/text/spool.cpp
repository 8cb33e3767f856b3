#include "tasks/text/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "harness/base/error.h"
#include "tasks/text/cache.h"

namespace synthbench {
namespace {

constexpr std::size_t kPiece = 1 << 20;

/// A file that is nobody's but ours and has no name; -1 where the folder takes none.
int nameless_file(const std::string& folder) {
  std::string pattern = folder + "/spool-XXXXXX";
  const int file = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(pattern.c_str());
  return file;
}

}  // namespace

Spool::Spool() {
  std::error_code none;
  int why = ENOENT;
  for (const std::string& folder : {cache_folder(), std::filesystem::temp_directory_path(none).string()}) {
    if (folder.empty()) continue;
    std::filesystem::create_directories(folder, none);
    folder_ = folder;
    if (file_ = nameless_file(folder); file_ >= 0) return;
    why = errno;
  }
  throw UserError(fmt::format("no file can be made in '{}', where text is kept: {} (SYNTHBENCH_CACHE names another folder)", folder_,
                              std::strerror(why)));
}

Spool::~Spool() {
  if (mapped_ != nullptr) ::munmap(const_cast<void*>(mapped_), size_);
  if (file_ >= 0) ::close(file_);
}

Spool::Spool(Spool&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      size_(std::exchange(other.size_, 0)),
      waiting_(std::move(other.waiting_)),
      mapped_(std::exchange(other.mapped_, nullptr)),
      folder_(std::move(other.folder_)) {}

Spool& Spool::operator=(Spool&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(size_, other.size_);
  std::swap(waiting_, other.waiting_);
  std::swap(mapped_, other.mapped_);
  std::swap(folder_, other.folder_);
  return *this;
}

void Spool::append(std::string_view bytes) {
  waiting_ += bytes;
  if (waiting_.size() >= kPiece) flush();
}

void Spool::append(std::span<const std::int32_t> numbers) {
  append(std::string_view(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()));
}

void Spool::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty()) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      throw UserError(fmt::format("cannot keep text in '{}': {} (SYNTHBENCH_CACHE names another folder)", folder_, std::strerror(errno)));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  size_ += waiting_.size();
  waiting_.clear();
}

void Spool::close() {
  flush();
  waiting_.shrink_to_fit();
  if (size_ > 0) {
    void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file_, 0);
    if (mapped == MAP_FAILED) throw UserError(fmt::format("cannot map text kept in '{}': {}", folder_, std::strerror(errno)));
    mapped_ = mapped;
  }
  ::close(std::exchange(file_, -1));
}

}  // namespace synthbench
