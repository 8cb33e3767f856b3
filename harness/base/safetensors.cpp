#include "harness/base/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/json.h"

namespace synthbench {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

constexpr std::size_t kLengthBytes = 8, kMostHeaderBytes = 100'000'000;  // the limit of the format's own library

struct DTypeBytes {
  std::string_view dtype;
  std::int64_t bytes;
};
constexpr std::array<DTypeBytes, 5> kDTypes{{{"F64", 8}, {"F32", 4}, {"I64", 8}, {"I32", 4}, {"U8", 1}}};

/// Bytes of one element; 0 for a dtype that we do not read.
std::int64_t element_bytes(std::string_view dtype) {
  for (const DTypeBytes& known : kDTypes) {
    if (known.dtype == dtype) return known.bytes;
  }
  return 0;
}

[[noreturn]] void damaged(const std::string& path, const std::string& what) { throw UserError(path + ": " + what); }

template <typename Number>
std::vector<double> widened(std::string_view bytes) {
  std::vector<double> out;
  out.reserve(bytes.size() / sizeof(Number));
  for (std::size_t at = 0; at + sizeof(Number) <= bytes.size(); at += sizeof(Number)) {
    Number number;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    out.push_back(static_cast<double>(number));
  }
  return out;
}

template <typename Number>
StoredTensor stored(std::string dtype, std::vector<std::int64_t> shape, std::span<const Number> values) {
  StoredTensor tensor{std::move(dtype), std::move(shape), std::string(values.size_bytes(), '\0')};
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), values.size_bytes());
  if (tensor.count() != static_cast<std::int64_t>(values.size())) {
    throw std::logic_error(fmt::format("{} values do not fit a shape of {} elements", values.size(), tensor.count()));
  }
  return tensor;
}

/// The header's JSON. Keys that stand twice are an error in the format and would hide a tensor here.
Json parse_header(const std::string& path, std::string_view text) {
  std::map<std::string, int, std::less<>> seen;
  std::string repeated;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key && seen[parsed.get<std::string>()]++ > 0) repeated = parsed.get<std::string>();
    return true;
  };
  const Json header = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (header.is_discarded() || !header.is_object()) damaged(path, "the header is not a JSON object");
  if (!repeated.empty()) damaged(path, fmt::format("the header names '{}' twice", repeated));
  return header;
}

std::vector<std::int64_t> parse_shape(const std::string& path, const std::string& name, const Json& entry) {
  const auto found = entry.find("shape");
  if (found == entry.end() || !found->is_array()) damaged(path, fmt::format("tensor '{}' has no shape", name));
  std::vector<std::int64_t> shape;
  for (const Json& extent : *found) {
    if (!extent.is_number_integer() || extent.get<std::int64_t>() < 0) {
      damaged(path, fmt::format("tensor '{}' has the extent {}", name, extent.dump()));
    }
    shape.push_back(extent.get<std::int64_t>());
  }
  return shape;
}

/// Bytes that a shape needs; -1 where that does not fit 63 bits.
std::int64_t bytes_of(const std::vector<std::int64_t>& shape, std::int64_t element) {
  std::int64_t bytes = element;
  for (const std::int64_t extent : shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return -1;
  }
  return bytes;
}

struct Range {
  std::uint64_t begin = 0, end = 0;
};

Range parse_range(const std::string& path, const std::string& name, const Json& entry, std::size_t data_bytes) {
  const auto found = entry.find("data_offsets");
  const bool pair = found != entry.end() && found->is_array() && found->size() == 2 && (*found)[0].is_number_unsigned() &&
                    (*found)[1].is_number_unsigned();
  if (!pair) damaged(path, fmt::format("tensor '{}' has no data_offsets", name));
  const Range range{(*found)[0].get<std::uint64_t>(), (*found)[1].get<std::uint64_t>()};
  if (range.begin > range.end || range.end > data_bytes) {
    damaged(path, fmt::format("tensor '{}' lies at bytes {} to {}, the data has {}", name, range.begin, range.end, data_bytes));
  }
  return range;
}

/// Ranges must cover the data exactly: neither holes nor overlaps.
void check_cover(const std::string& path, std::vector<Range> ranges, std::size_t data_bytes) {
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  std::uint64_t covered = 0;
  for (const Range& range : ranges) {
    if (range.begin != covered)
      damaged(path,
              fmt::format("the data {} at byte {}", range.begin > covered ? "has a hole" : "overlaps", std::min(range.begin, covered)));
    covered = range.end;
  }
  if (covered != data_bytes) damaged(path, fmt::format("the tensors end at byte {}, the data has {}", covered, data_bytes));
}

/// The order of the data: wide elements first, so that every tensor is aligned to its elements, then by name.
std::vector<std::string> data_order(const Safetensors& content) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : content.tensors) names.push_back(name);
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return element_bytes(content.at(a).dtype) > element_bytes(content.at(b).dtype);
  });
  return names;
}

std::string header_of(const Safetensors& content) {
  OrderedJson header = OrderedJson::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  std::int64_t at = 0;
  for (const std::string& name : data_order(content)) {
    const StoredTensor& tensor = content.at(name);
    const std::int64_t bytes = static_cast<std::int64_t>(tensor.bytes.size()), element = element_bytes(tensor.dtype);
    if (element == 0 || bytes_of(tensor.shape, element) != bytes) {
      throw std::logic_error(fmt::format("tensor '{}' has {} bytes, which do not fit its shape", name, bytes));
    }
    header[name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

std::int64_t StoredTensor::count() const {
  std::int64_t product = 1;
  for (const std::int64_t extent : shape) product *= extent;
  return product;
}

std::vector<double> StoredTensor::values() const {
  if (dtype == "F64") return widened<double>(bytes);
  if (dtype == "F32") return widened<float>(bytes);
  if (dtype == "I64") return widened<std::int64_t>(bytes);
  if (dtype == "I32") return widened<std::int32_t>(bytes);
  return widened<std::uint8_t>(bytes);
}

StoredTensor StoredTensor::of(std::vector<std::int64_t> shape, std::span<const double> values) {
  return stored("F64", std::move(shape), values);
}
StoredTensor StoredTensor::of(std::vector<std::int64_t> shape, std::span<const float> values) {
  return stored("F32", std::move(shape), values);
}
StoredTensor StoredTensor::of(std::vector<std::int64_t> shape, std::span<const std::int64_t> values) {
  return stored("I64", std::move(shape), values);
}
StoredTensor StoredTensor::of(std::vector<std::int64_t> shape, std::span<const std::int32_t> values) {
  return stored("I32", std::move(shape), values);
}
StoredTensor StoredTensor::of(std::vector<std::int64_t> shape, std::span<const std::uint8_t> values) {
  return stored("U8", std::move(shape), values);
}

const StoredTensor* Safetensors::find(std::string_view name) const {
  const auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : &found->second;
}

const StoredTensor& Safetensors::at(std::string_view name) const {
  if (const StoredTensor* tensor = find(name)) return *tensor;
  damaged(path, fmt::format("there is no tensor '{}'", name));
}

Safetensors read_safetensors(const std::string& path) {
  const std::string file = read_file(path);
  if (file.size() < kLengthBytes) damaged(path, fmt::format("{} bytes are too few for a safetensors file", file.size()));
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.data(), kLengthBytes);
  if (header_bytes > kMostHeaderBytes || header_bytes > file.size() - kLengthBytes) {
    damaged(path, fmt::format("the header claims {} bytes, the file has {}", header_bytes, file.size()));
  }
  const Json header = parse_header(path, std::string_view(file).substr(kLengthBytes, header_bytes));
  const std::string_view data = std::string_view(file).substr(kLengthBytes + header_bytes);
  Safetensors content;
  content.path = path;
  std::vector<Range> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (!entry.is_object()) damaged(path, fmt::format("the header's '{}' is not an object", name));
    if (name == "__metadata__") {
      for (const auto& [key, text] : entry.items()) {
        if (!text.is_string()) damaged(path, fmt::format("the metadata '{}' is not a text", key));
        content.metadata[key] = text.get<std::string>();
      }
      continue;
    }
    const std::string dtype = entry.contains("dtype") && entry["dtype"].is_string() ? entry["dtype"].get<std::string>() : "";
    const std::int64_t element = element_bytes(dtype);
    if (element == 0) damaged(path, fmt::format("tensor '{}' has the dtype '{}'; F64, F32, I64, I32 and U8 are read", name, dtype));
    std::vector<std::int64_t> shape = parse_shape(path, name, entry);
    const Range range = parse_range(path, name, entry, data.size());
    if (bytes_of(shape, element) != static_cast<std::int64_t>(range.end - range.begin)) {
      damaged(path, fmt::format("tensor '{}' of shape {} does not fit its {} bytes", name, entry["shape"].dump(), range.end - range.begin));
    }
    ranges.push_back(range);
    content.tensors[name] = {dtype, std::move(shape), std::string(data.substr(range.begin, range.end - range.begin))};
  }
  check_cover(path, std::move(ranges), data.size());
  return content;
}

std::string to_safetensors(const Safetensors& content) {
  const std::string header = header_of(content);
  std::uint64_t header_bytes = header.size();
  std::string out(kLengthBytes, '\0');
  std::memcpy(out.data(), &header_bytes, kLengthBytes);
  out += header;
  for (const std::string& name : data_order(content)) out += content.at(name).bytes;
  return out;
}

void write_safetensors(const std::string& path, const Safetensors& content) { write_file(path, to_safetensors(content)); }

}  // namespace synthbench
