#include "harness/protocol.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

namespace synthbench {
namespace {

/// What a record of a type holds. Rows are read key by key (metric_from_json ...); the keys of the others are looked at where
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

/// JSON has no NaN and no infinities.
Json number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "+inf" : "-inf";
  return value;
}

double number_from(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto& kind = json.get_ref<const std::string&>();
  if (kind == "+inf") return std::numeric_limits<double>::infinity();
  if (kind == "-inf") return -std::numeric_limits<double>::infinity();
  if (kind == "nan") return std::numeric_limits<double>::quiet_NaN();
  throw ProtocolError("'" + kind + "' is not a number");
}

template <typename T>
void put(Json& json, const char* key, const std::optional<T>& value) {
  if (value) json[key] = *value;
}

template <typename T>
std::optional<T> take(const Json& json, const char* key) {
  if (!json.contains(key)) return std::nullopt;
  return json.at(key).get<T>();
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

/// What the database would refuse, a worker may not send: one bad record must not end a sweep.
void require(bool well, const char* record, const char* what) {
  if (!well) throw ProtocolError(fmt::format("malformed {} record: {}", record, what));
}

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// A fraction, or more than 63 bits, would become another number without a word.
bool is_integer(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  return json.is_number_integer();
}

std::int64_t integer(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!is_integer(value)) throw ProtocolError(fmt::format("malformed record: {} is {}, not a whole number", key, value.dump()));
  return value.get<std::int64_t>();
}

std::optional<std::int64_t> integer_if_any(const Json& json, const char* key) {
  return json.contains(key) ? std::optional(integer(json, key)) : std::nullopt;
}

void check_types(const Json& record, const RecordType& type) {
  for (const char* key : type.texts) {
    require(!record.contains(key) || record.at(key).is_string(), type.name, fmt::format("{} is not a text", key).c_str());
  }
  for (const char* key : type.integers) {
    require(!record.contains(key) || is_integer(record.at(key)), type.name, fmt::format("{} is not a whole number", key).c_str());
  }
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

Json to_json(const MetricRow& row) {
  Json json = {{"type", "metric"},     {"name", row.name},   {"signature", row.signature}, {"unit", row.unit},
               {"better", row.better}, {"split", row.split}, {"step", row.step},           {"value", number(row.value)}};
  put(json, "n", row.n);
  put(json, "ci_lo", row.ci_lo);
  put(json, "ci_hi", row.ci_hi);
  return json;
}

MetricRow metric_from_json(const Json& json) {
  return parsed("metric", [&] {
    MetricRow row;
    row.name = json.at("name");
    row.signature = json.value("signature", "");
    row.unit = json.at("unit");
    row.better = json.at("better");
    row.split = json.value("split", "");
    row.step = integer_if_any(json, "step").value_or(-1);
    row.value = number_from(json.at("value"));
    row.n = integer_if_any(json, "n");
    row.ci_lo = take<double>(json, "ci_lo");
    row.ci_hi = take<double>(json, "ci_hi");
    require(one_of(row.better, {"higher", "lower", "none"}), "metric", "better is higher, lower or none");
    return row;
  });
}

Json to_json(const SampleRow& row) {
  Json json = {{"type", "sample"},
               {"phase", row.phase},
               {"cache", row.cache},
               {"clock", row.clock},
               {"round", row.round},
               {"idx", row.idx},
               {"inner_iters", row.inner_iters},
               {"total_ns", row.total_ns},
               {"discarded", row.discarded}};
  put(json, "sm_mhz", row.sm_mhz);
  return json;
}

SampleRow sample_from_json(const Json& json) {
  return parsed("sample", [&] {
    SampleRow row;
    row.phase = json.at("phase");
    row.cache = json.at("cache");
    row.clock = json.at("clock");
    row.round = integer(json, "round");
    row.idx = integer(json, "idx");
    row.inner_iters = integer(json, "inner_iters");
    row.total_ns = integer(json, "total_ns");
    row.sm_mhz = integer_if_any(json, "sm_mhz");
    row.discarded = json.value("discarded", "");
    require(one_of(row.phase, {"first", "warmup", "measure"}), "sample", "phase is first, warmup or measure");
    require(one_of(row.cache, {"cold", "hot"}), "sample", "cache is cold or hot");
    require(one_of(row.clock, {"wall", "cuda_event", "cpu"}), "sample", "clock is wall, cuda_event or cpu");
    require(row.inner_iters > 0 && row.total_ns >= 0, "sample", "inner_iters is at least 1, total_ns at least 0");
    return row;
  });
}

Json to_json(const CheckRow& row) {
  return {{"type", "check"},        {"ref_backend", row.ref_backend}, {"ref_dtype", row.ref_dtype}, {"tensor", row.tensor},
          {"measure", row.measure}, {"detail", row.detail},           {"value", number(row.value)}, {"tol", number(row.tol)},
          {"passed", row.passed},   {"input_seed", row.input_seed}};
}

CheckRow check_from_json(const Json& json) {
  return parsed("check", [&] {
    CheckRow row;
    row.ref_backend = json.at("ref_backend");
    row.ref_dtype = json.at("ref_dtype");
    row.tensor = json.at("tensor");
    row.measure = json.at("measure");
    row.detail = json.value("detail", "");
    row.value = number_from(json.at("value"));
    row.tol = number_from(json.at("tol"));
    row.passed = json.at("passed");
    row.input_seed = integer(json, "input_seed");
    require(!std::isnan(row.tol), "check", "tol is a number");
    return row;
  });
}

Json to_json(const ArtifactRow& row) {
  return {{"type", "artifact"}, {"name", row.name}, {"path", row.path}, {"sha256", row.sha256}, {"bytes", row.bytes}};
}

ArtifactRow artifact_from_json(const Json& json) {
  return parsed("artifact", [&] {
    ArtifactRow row;
    row.name = json.at("name");
    row.path = json.at("path");
    row.sha256 = json.at("sha256");
    row.bytes = integer(json, "bytes");
    return row;
  });
}

}  // namespace synthbench
