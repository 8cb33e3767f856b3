#include "tasks/data_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/files.h"

namespace synthbench {
namespace {

[[noreturn]] void damaged(const std::string& path, std::string_view why) { throw UserError(fmt::format("{} is damaged: {}", path, why)); }

std::string read_gzip(const std::string& path) {
  const gzFile file = ::gzopen(path.c_str(), "rb");
  if (!file) throw UserError(fmt::format("cannot read {}", path));
  std::string content;
  char chunk[1 << 16];
  int n = 0;
  while ((n = ::gzread(file, chunk, sizeof chunk)) > 0) content.append(chunk, static_cast<std::size_t>(n));
  const bool ended_well = ::gzclose_r(file) == Z_OK;  // Z_BUF_ERROR: the file ends in the middle
  if (n < 0 || !ended_well) damaged(path, "not a whole gzip file");
  return content;
}

/// Little-endian integers of a ZIP archive; reading past its end is damage.
class ZipBytes {
 public:
  ZipBytes(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {}
  std::string_view text(std::size_t at, std::size_t length) const {
    if (at > bytes_.size() || length > bytes_.size() - at) damaged(path_, "it ends too early");
    return bytes_.substr(at, length);
  }
  std::uint32_t number(std::size_t at, std::size_t width) const {
    std::uint32_t value = 0;
    for (const char byte : text(at, width)) value = value >> 8 | static_cast<std::uint32_t>(static_cast<unsigned char>(byte)) << 24;
    return width == 0 ? 0 : value >> (32 - 8 * width);
  }

 private:
  std::string_view bytes_;
  const std::string& path_;
};

std::string inflate_raw(std::string_view packed, std::size_t size, const std::string& path) {
  constexpr std::size_t kBestRatio = 1032;  // of deflate; a damaged size would ask for gigabytes
  if (size / kBestRatio > packed.size()) damaged(path, "the size of a member cannot be");
  std::string content(size, '\0');
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib reads it only
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(content.data());
  stream.avail_out = static_cast<uInt>(size);
  const int status = ::inflate(&stream, Z_FINISH);
  ::inflateEnd(&stream);
  if (status != Z_STREAM_END || stream.avail_out != 0) damaged(path, "a member does not unpack");
  return content;
}

}  // namespace

std::string unzip(std::string_view archive, std::string_view member, const std::string& path) {
  const ZipBytes zip(archive, path);
  const std::size_t end = archive.rfind("PK\x05\x06");
  if (end == std::string_view::npos) damaged(path, "not a ZIP archive");
  zip.text(end, 22);
  std::size_t entry = zip.number(end + 16, 4);
  for (std::uint32_t left = zip.number(end + 10, 2); left > 0; --left) {
    if (zip.text(entry, 4) != "PK\x01\x02") damaged(path, "its directory is broken");
    const std::size_t name_length = zip.number(entry + 28, 2);
    if (zip.text(entry + 46, name_length) != member) {
      entry += 46 + name_length + zip.number(entry + 30, 2) + zip.number(entry + 32, 2);
      continue;
    }
    const std::uint32_t method = zip.number(entry + 10, 2), checksum = zip.number(entry + 16, 4);
    const std::size_t packed = zip.number(entry + 20, 4), size = zip.number(entry + 24, 4), local = zip.number(entry + 42, 4);
    const std::string_view bytes = zip.text(local + 30 + zip.number(local + 26, 2) + zip.number(local + 28, 2), packed);
    if (method != 0 && method != 8) damaged(path, fmt::format("{} is packed by a method that is not deflate", member));
    const std::string content = method == 8 ? inflate_raw(bytes, size, path) : std::string(bytes);
    if (::crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())) != checksum) {
      damaged(path, fmt::format("the checksum of {} is wrong", member));
    }
    return content;
  }
  throw UserError(fmt::format("{} has no member {}", path, member));
}

std::optional<std::string> read_data_file(const std::string& place) {
  const std::size_t bang = place.find('!');
  const std::string path = place.substr(0, bang);
  if (std::filesystem::exists(path)) {
    std::string content = read_file(path);
    return bang == std::string::npos ? content : unzip(content, place.substr(bang + 1), path);
  }
  if (bang == std::string::npos && std::filesystem::exists(path + ".gz")) return read_gzip(path + ".gz");
  return std::nullopt;
}

}  // namespace synthbench
