#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace synthbench {

/// A tar (POSIX ustar) of one file.
inline std::string tarred(std::string_view name, const std::string& content) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) { header.replace(at, text.size(), text); };
  put(0, name);
  for (const std::size_t at : {100u, 108u, 116u}) put(at, "0000644");  // mode, and owners that nobody reads
  put(124, fmt::format("{:011o}", content.size()));
  put(136, "00000000000");
  put(148, "        ");  // the checksum counts itself as blanks
  put(156, "0");
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  put(148, fmt::format("{:06o}", sum) + '\0');
  return header + content + std::string((512 - content.size() % 512) % 512 + 1024, '\0');
}

}  // namespace synthbench
