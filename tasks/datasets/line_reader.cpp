#include "tasks/datasets/line_reader.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

constexpr std::size_t kChunk = 1 << 16;

}  // namespace

void require_utf8(std::string_view text, const std::string& where) {
  if (const auto place = first_invalid_byte(text)) {
    throw UserError(fmt::format("{}: byte {} (0x{:02x}) is not UTF-8", where, *place + 1, static_cast<unsigned char>(text[*place])));
  }
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    throw UserError(fmt::format("{}: byte {} is zero, which no text holds", where, zero + 1));
  }
}

std::string StreamLines::where() const { return fmt::format("{}:{}", stream_->name(), number_); }

/// More of this file; false at its end.
bool StreamLines::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kChunk);
  const std::size_t n = stream_->read(buffer_.data() + before, kChunk);
  buffer_.resize(before + n);
  return n > 0;
}

bool StreamLines::next(std::string_view& line) {
  for (;;) {
    if (!open_) {
      if (!stream_->next_file()) return false;
      open_ = true, at_end_of_file_ = false, number_ = 0;
      buffer_.clear(), at_ = 0;
    }
    std::size_t end = buffer_.find('\n', at_);
    for (std::size_t searched = buffer_.size() - at_; end == std::string::npos && !at_end_of_file_; searched = buffer_.size() - at_) {
      if (buffer_.size() - at_ > kLongest) {
        ++number_;
        throw UserError(fmt::format("{}: a line of more than {}, which no text holds", where(), format_bytes(kLongest)));
      }
      at_end_of_file_ = !fill();
      end = buffer_.find('\n', at_ + searched);
    }
    if (end == std::string::npos && at_ == buffer_.size()) {
      open_ = false;
      continue;
    }
    ++number_;
    line = std::string_view(buffer_).substr(at_, end == std::string::npos ? end : end - at_);
    at_ = end == std::string::npos ? buffer_.size() : end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number_ == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    if (bytes_ == Bytes::of_text) require_utf8(line, where());
    return true;
  }
}

std::string read_text(DataStream& stream) {
  std::string text;
  if (!stream.read_rest(text, StreamLines::kLongest)) {
    throw UserError(fmt::format("{}: a document of more than {}", stream.name(), format_bytes(StreamLines::kLongest)));
  }
  require_utf8(text, stream.name());
  return text;
}

}  // namespace synthbench
