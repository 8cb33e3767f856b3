#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/sha256.h"

namespace synthbench {

class ArchiveReader;

/// A file as it lies on disk: plain, packed (.gz .xz .bz2 .zst), or an archive (.zip .tar .tgz .tar.gz ...) of which members
/// are read. A member that is packed is unpacked on the way.
struct DataFile {
  std::string path;
  std::string member{};  ///< pattern of the names inside of an archive, where * stops at '/'; empty: the file itself
  std::string inner{};   ///< the same inside of these members, which are tars, packed or not; empty: a member is a text
};

/// What went by in a stream, unpacked.
struct Tally {
  std::int64_t files = 0, bytes = 0, lines = 0;  ///< a last line without an end is a line
  std::int64_t left_out = 0;                     ///< lines of these that are no examples, as readers say
  Sha256 sum;
};

/// What may stand behind the name of a file that is as good packed; the first: nothing.
inline constexpr std::string_view kPackedEndings[] = {"", ".gz", ".xz", ".bz2", ".zst"};

/// The bytes of some files, one after another, unpacked on the way: a file of any size never enters memory whole.
class DataStream {
 public:
  explicit DataStream(std::vector<DataFile> files, std::shared_ptr<Tally> tally = nullptr);
  ~DataStream();
  DataStream(const DataStream&) = delete;
  DataStream& operator=(const DataStream&) = delete;

  /// Goes to the next file, or the next member of an archive that the pattern names. False: that was the last one.
  /// Throws UserError that names the file: absent, damaged, or an archive without such a member.
  bool next_file();
  /// Up to most bytes of this file; 0 at its end. Throws UserError when it is damaged.
  std::size_t read(char* to, std::size_t most);
  /// Appends what is left of this file. False: that is more than most bytes, and was not read to its end.
  bool read_rest(std::string& text, std::size_t most);
  /// Of this file, for messages: "folder/a.zip!member".
  const std::string& name() const { return name_; }
  /// Counts a line of this file as no example.
  void leave_out() {
    if (tally_) ++tally_->left_out;
  }

 private:
  bool open_next();
  bool next_member();
  bool next_inner_member();

  std::vector<DataFile> files_;
  std::size_t next_ = 0;
  std::unique_ptr<ArchiveReader> opened_, inner_;  ///< inner_: of the member that opened_ is at, where that is packed or an archive
  std::string outer_name_;                         ///< of that member
  bool found_ = false;                             ///< whether this file held any
  std::shared_ptr<Tally> tally_;
  std::string name_;
  bool inside_a_line_ = false;
};

/// Names of the files in an archive. A tar is read from its first byte to its last for this. Throws UserError when it is damaged.
std::vector<std::string> members_of(const std::string& archive);

/// Whether a name matches a pattern in which *, ? and [...] stop at '/'. A leading "./" of the name is nothing.
bool matches(std::string_view pattern, std::string_view name);

}  // namespace synthbench
