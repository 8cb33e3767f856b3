#pragma once

#include <zlib.h>

#include <string>
#include <vector>

namespace synthbench {

inline std::string little_endian(std::size_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t k = 0; k < width; ++k) bytes += static_cast<char>(value >> 8 * k & 0xFF);
  return bytes;
}

inline std::string deflated(const std::string& content) {
  std::string packed(content.size() + 100, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct ZipMember {
  std::string name, content;
  bool packed = true;
};

/// A ZIP archive as `zip` writes it: local headers with an extra field, then the directory.
inline std::string zipped(const std::vector<ZipMember>& members) {
  std::string file, directory;
  for (const auto& [name, content, packed] : members) {
    const std::string bytes = packed ? deflated(content) : content;
    const std::string facts =
        little_endian(packed ? 8 : 0, 2) + little_endian(0, 4) +
        little_endian(crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())), 4) +
        little_endian(bytes.size(), 4) + little_endian(content.size(), 4) + little_endian(name.size(), 2);
    directory += "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + little_endian(0, 2) + facts + little_endian(0, 2) +
                 little_endian(3, 2) + little_endian(0, 8) + little_endian(file.size(), 4) + name + "abc";
    file += "PK\x03\x04" + little_endian(20, 2) + little_endian(0, 2) + facts + little_endian(7, 2) + name + "xy" + little_endian(3, 2) +
            "tra" + bytes;
  }
  return file + directory + "PK\x05\x06" + little_endian(0, 4) + little_endian(members.size(), 2) + little_endian(members.size(), 2) +
         little_endian(directory.size(), 4) + little_endian(file.size(), 4) + little_endian(0, 2);
}

}  // namespace synthbench
