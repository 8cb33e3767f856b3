#include "harness/protocol.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "results/row_json.h"

namespace synthbench {
namespace {

/// What a record of a type holds. Rows are read key by key (results/row_json.h); the keys of the others are looked at where
/// they are needed, so that those which are there have to have their type.
struct RecordType {
  const char* name;
  std::vector<const char*> texts = {}, integers = {};
};
const std::vector<RecordType>& record_types() {
  static const std::vector<RecordType> types = {
      {"check"},
      {"metric"},
      {"sample"},
      {"artifact"},
      {"ran", {"variant", "backend", "dtype", "kernel", "label"}, {"parameters"}},
      {"progress", {"text"}, {"step", "of"}},
      {"end", {"outcome", "reason", "error_class", "source_sha"}, {"peak_rss_bytes"}},
  };
  return types;
}

/// Missing keys and wrong types are the sender's fault, whatever the JSON library calls them.
template <typename Parse>
auto parsed(const char* what, const Parse& parse) {
  try {
    return parse();
  } catch (const nlohmann::json::exception& error) {
    throw ProtocolError(fmt::format("malformed {} record: {}", what, error.what()));
  }
}

/// A row as a record.
template <typename Row>
Json typed(const char* type, const Row& row) {
  Json json = row_json(row);
  json["type"] = type;
  return json;
}

/// What the database would refuse, a worker may not send: one bad record must not end a sweep.
template <typename Row>
Row row_of(const Json& record, Row (*read)(const Json&)) {
  try {
    return read(record);
  } catch (const MalformedRow& error) {
    throw ProtocolError(fmt::format("malformed record: {}", error.what()));
  }
}

void check_types(const Json& record, const RecordType& type) {
  const auto require = [&](const char* key, bool well, const char* what) {
    if (!well) throw ProtocolError(fmt::format("malformed {} record: {} is not {}", type.name, key, what));
  };
  for (const char* key : type.texts) require(key, !record.contains(key) || record.at(key).is_string(), "a text");
  for (const char* key : type.integers) require(key, !record.contains(key) || is_whole_number(record.at(key)), "a whole number");
}

std::uint32_t length_at(const char* bytes) {
  std::array<unsigned char, 4> raw{};
  std::memcpy(raw.data(), bytes, raw.size());
  return std::uint32_t{raw[0]} | std::uint32_t{raw[1]} << 8 | std::uint32_t{raw[2]} << 16 | std::uint32_t{raw[3]} << 24;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      ::_exit(0);  // nobody is left to hear of it
    } else if (errno != EINTR) {
      throw std::runtime_error(fmt::format("cannot write a record: {}", std::strerror(errno)));
    }
  }
}

}  // namespace

Json to_json(const WorkerOrder& order) {
  return {{"config", order.config.json()},
          {"seed", order.seed},
          {"measure", to_json(order.measure)},
          {"launch", order.launch},
          {"gate", order.gate},
          {"artifact_folder", order.artifact_folder},
          {"threads", order.threads},
          {"memory_limit", order.memory_limit},
          {"launched_at", order.launched_at},
          {"supervisor", order.supervisor}};
}

double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

WorkerOrder order_from_json(const Json& json) {
  return parsed("order", [&] {
    WorkerOrder order;
    order.config = Config(json.at("config"));
    order.seed = json.at("seed");
    order.measure = measure_from_json(json.at("measure"));
    order.launch = json.at("launch");
    order.gate = json.at("gate");
    order.artifact_folder = json.at("artifact_folder");
    order.threads = json.at("threads");
    order.memory_limit = json.at("memory_limit");
    order.launched_at = json.at("launched_at");
    order.supervisor = json.at("supervisor");
    return order;
  });
}

void RecordWriter::write(const Json& record) const {
  const std::string body = record.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (body.size() > kMaxRecordBytes) throw std::runtime_error(fmt::format("a record of {} bytes is too long", body.size()));
  const auto length = static_cast<std::uint32_t>(body.size());
  std::string frame;
  frame.reserve(body.size() + 4);
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<char>(length >> shift & 0xffu));
  frame += body;
  write_all(kRecordFd, frame);
}

void RecordReader::feed(std::string_view bytes) {
  if (begin_ > 0 && begin_ == buffer_.size()) {
    buffer_.clear();
    begin_ = 0;
  }
  buffer_ += bytes;
}

std::optional<Json> RecordReader::next() {
  if (pending() < 4) return std::nullopt;
  const std::uint32_t length = length_at(buffer_.data() + begin_);
  if (length > kMaxRecordBytes) {
    throw ProtocolError(fmt::format("garbage on the record pipe: a length of {} bytes (at most {})", length, kMaxRecordBytes));
  }
  if (pending() < std::size_t{4} + length) return std::nullopt;
  const char* body = buffer_.data() + begin_ + 4;
  Json record = Json::parse(body, body + length, nullptr, false);
  begin_ += std::size_t{4} + length;
  if (begin_ > (std::size_t{1} << 20)) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  if (!record.is_object()) throw ProtocolError("garbage on the record pipe: a record that is not a JSON object");
  const auto type = record.find("type");
  if (type == record.end() || !type->is_string()) throw ProtocolError("garbage on the record pipe: a record without a type");
  for (const RecordType& known : record_types()) {
    if (*type != known.name) continue;
    check_types(record, known);
    return record;
  }
  throw ProtocolError("garbage on the record pipe: a record of the unknown type " + type->dump());
}

Json to_json(const MetricRow& row) { return typed("metric", row); }
Json to_json(const SampleRow& row) { return typed("sample", row); }
Json to_json(const CheckRow& row) { return typed("check", row); }
Json to_json(const ArtifactRow& row) { return typed("artifact", row); }

MetricRow metric_from_json(const Json& json) { return row_of(json, metric_row); }
SampleRow sample_from_json(const Json& json) { return row_of(json, sample_row); }
CheckRow check_from_json(const Json& json) { return row_of(json, check_row); }
ArtifactRow artifact_from_json(const Json& json) { return row_of(json, artifact_row); }

}  // namespace synthbench
