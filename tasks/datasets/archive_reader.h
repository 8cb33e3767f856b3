#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>

struct archive;
struct archive_entry;

namespace synthbench {

/// A member of an archive, or the one of a packed or plain file, as it is come upon.
struct ArchiveMember {
  enum class Kind { file, folder, link, other } kind = Kind::file;
  std::string name;  ///< may be anything: look at it before it is written to
};

/// One file on disk and what is in it, from its first member to its last. libarchive reads it, zlib what gzip packed (libarchive 3.6
/// does not look at its checksums). Errors are UserErrors "PATH is damaged: why".
class ArchiveReader {
 public:
  /// Fills in up to most bytes and says how many; 0 at the end.
  using Bytes = std::function<std::size_t(char* to, std::size_t most)>;

  /// as_archive: the file has members (.zip .tar .tgz .tar.xz ...); else it is one text, plain or packed (.gz .xz .bz2 .zst).
  ArchiveReader(const std::string& path, bool as_archive);
  /// The member of another archive that this is at, and must stay at: a tar, or one text, packed or not as the end of its path says.
  ArchiveReader(ArchiveReader& outer, const std::string& path, bool as_archive);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// False behind the last member, when the file has been seen to be whole: its checksums are right, a tar has its end mark.
  bool next(ArchiveMember& member);
  /// Up to most bytes of this member; 0 at its end.
  std::size_t read(char* to, std::size_t most);

 private:
  class Packed;
  class Plain;
  class Gzip;
  class Filtered;
  struct Closer {
    void operator()(::archive* reader) const;
  };

  static std::unique_ptr<Packed> unpacking(const std::string& path, Bytes from);
  static std::ptrdiff_t pass_on(::archive* reader, void* self, const void** to);
  void accept(bool as_archive) const;
  [[noreturn]] void damaged() const;
  void require_end() const;

  std::string path_;
  std::unique_ptr<Packed> packed_;  ///< absent: the file is read as it is
  std::exception_ptr thrown_;       ///< what pass_on() met, which may not pass through libarchive
  std::unique_ptr<::archive, Closer> reader_;
};

}  // namespace synthbench
