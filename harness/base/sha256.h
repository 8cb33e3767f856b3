#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace synthbench {

/// 64 lower-case hex digits of the SHA-256 of some bytes (libmd).
std::string sha256(std::string_view bytes);

/// The same of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  /// Of all that was added; ends the sum.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 40 hex digits of the SHA-1: a name that others gave (the stories of CNN/DailyMail), no proof of content.
std::string sha1(std::string_view bytes);

/// The SHA-256 of a file's content, which is never held whole. Throws UserError that names the file when it cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace synthbench
