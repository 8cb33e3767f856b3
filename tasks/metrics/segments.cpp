#include "tasks/metrics/segments.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "tasks/data_file.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

std::string bytes_of(const std::string& path) {
  if (const auto bytes = read_data_file(path)) return *bytes;
  const bool packed = path.ends_with(".gz");
  if (packed) {
    if (const auto bytes = read_data_file(path.substr(0, path.size() - 3))) return *bytes;
  }
  throw UserError("cannot read " + path + ": no such file");
}

std::string json_string(std::string_view line, const std::string& where) {
  const Json parsed = Json::parse(line, nullptr, false);
  if (!parsed.is_string()) throw UserError(where + ": not a JSON string, as a .jsonl file holds one a line");
  return parsed.get<std::string>();
}

}  // namespace

std::vector<std::string> segments_of(std::string_view bytes, const std::string& path) {
  const bool json = path.ends_with(".jsonl") || path.ends_with(".jsonl.gz");
  std::vector<std::string> segments;
  for (std::string_view line; take_line(bytes, line);) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string where = fmt::format("{}:{}", path, segments.size() + 1);
    if (const auto place = first_invalid_byte(line)) {
      throw UserError(fmt::format("{}: byte {} (0x{:02x}) is not UTF-8", where, *place + 1, static_cast<unsigned char>(line[*place])));
    }
    segments.push_back(json ? json_string(line, where) : std::string(line));
  }
  return segments;
}

std::vector<std::string> read_segments(const std::string& path) { return segments_of(bytes_of(path), path); }

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
