#include "tasks/metrics/segments.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "tasks/data_file.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

/// The name of a file without what says how it is packed.
std::string_view unpacked_name(std::string_view path) {
  for (const std::string_view packed : kPackedEndings) {
    if (!packed.empty() && path.ends_with(packed)) return path.substr(0, path.size() - packed.size());
  }
  return path;
}

std::shared_ptr<DataStream> opened(const std::string& path) {
  if (auto stream = open_data_file(path)) return stream;
  if (const std::string_view plain = unpacked_name(path); plain != path) {
    if (auto stream = open_data_file(std::string(plain))) return stream;
  }
  throw UserError("cannot read " + path + ": no such file");
}

std::string json_string(std::string_view line, const std::string& where) {
  const Json parsed = Json::parse(line, nullptr, false);
  if (!parsed.is_string()) throw UserError(where + ": not a JSON string, as a .jsonl file holds one a line");
  return parsed.get<std::string>();
}

/// Makes segments of the bytes of a file as they come, in pieces of any size. Other than the lines of data sets (line_reader.h) they keep a
/// byte order mark, may hold zeros and may be of any length, as the metrics' own programs read them.
class SegmentLines {
 public:
  explicit SegmentLines(const std::string& path) : path_(path), json_(unpacked_name(path).ends_with(".jsonl")) {}

  void take(std::string_view piece) {
    for (std::size_t end = 0; (end = piece.find('\n')) != std::string_view::npos; piece.remove_prefix(end + 1)) {
      open_ += piece.substr(0, end);
      close();
    }
    open_ += piece;
  }
  std::vector<std::string> taken() && {
    if (!open_.empty()) close();
    return std::move(segments_);
  }

 private:
  void close() {
    std::string_view line = open_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string where = fmt::format("{}:{}", path_, segments_.size() + 1);
    if (const auto place = first_invalid_byte(line)) {
      throw UserError(fmt::format("{}: byte {} (0x{:02x}) is not UTF-8", where, *place + 1, static_cast<unsigned char>(line[*place])));
    }
    segments_.push_back(json_ ? json_string(line, where) : std::string(line));
    open_.clear();
  }

  std::string path_;
  bool json_;
  std::vector<std::string> segments_;
  std::string open_;  ///< a line whose end is not here yet
};

}  // namespace

std::vector<std::string> segments_of(std::string_view bytes, const std::string& path) {
  SegmentLines lines(path);
  lines.take(bytes);
  return std::move(lines).taken();
}

std::vector<std::string> read_segments(const std::string& path) {
  const auto stream = opened(path);
  stream->next_file();
  SegmentLines lines(path);
  std::string block(1 << 16, '\0');
  while (const std::size_t n = stream->read(block.data(), block.size())) lines.take(std::string_view(block).substr(0, n));
  return std::move(lines).taken();
}

MetricTexts read_texts(const std::string& hypotheses, const std::vector<std::string>& references) {
  MetricTexts texts{.hypotheses = read_segments(hypotheses), .references = {}};
  for (const std::string& path : references) {
    texts.references.push_back(read_segments(path));
    const std::size_t n = texts.hypotheses.size(), m = texts.references.back().size();
    if (n != m) throw UserError(fmt::format("{} has {} lines, {} has {}: a line each is needed", path, m, hypotheses, n));
  }
  return texts;
}

}  // namespace synthbench
