#include "harness/base/sha256.h"

#include <sha2.h>
#include <sys/types.h>

#include "harness/base/files.h"

namespace synthbench {

std::string sha256(std::string_view bytes) {
  char hex[SHA256_DIGEST_STRING_LENGTH];
  return SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), hex);
}

std::string sha256_of_file(const std::string& path) { return sha256(read_file(path)); }

}  // namespace synthbench
