#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tasks/datasets/data_stream.h"

namespace synthbench {

using Stream = std::shared_ptr<DataStream>;

/// Lines of the files of a stream, one at a time. A line ends at a line feed, a carriage return before one does not count, nor does
/// a byte order mark at the start of a file; the last line of a file ends with the file.
class StreamLines {
 public:
  enum class Bytes { of_text, any };
  explicit StreamLines(Stream stream, Bytes bytes = Bytes::of_text) : stream_(std::move(stream)), bytes_(bytes) {}

  static constexpr std::size_t kLongest = std::size_t{1} << 24;  ///< bytes: a longer line is no text

  /// Valid until the next call. False behind the last line of the last file.
  /// Throws UserError "FILE:LINE: ..." for lines beyond kLongest and, of a text, for bytes that are not UTF-8 and zero bytes.
  bool next(std::string_view& line);

  /// Of the line that next() gave: "folder/file:12".
  std::string where() const;
  /// Its number in its file, from 1.
  std::int64_t number() const { return number_; }
  /// Counts the line that next() gave as no example.
  void leave_out() { stream_->leave_out(); }
  /// The file that is read.
  const std::string& file() const { return stream_->name(); }

 private:
  bool fill();

  Stream stream_;
  Bytes bytes_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::int64_t number_ = 0;
  bool open_ = false, at_end_of_file_ = true;
};

/// All of the file that a stream is at. Throws UserError as StreamLines does.
std::string read_text(DataStream& stream);

/// Throws UserError "WHERE: byte 3 (0xff) is not UTF-8".
void require_utf8(std::string_view text, const std::string& where);

}  // namespace synthbench
