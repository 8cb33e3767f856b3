#include "harness/base/sha256.h"

#include <sha1.h>
#include <sha2.h>
#include <sys/types.h>

#include "harness/base/files.h"

namespace synthbench {
namespace {

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

}  // namespace

struct Sha256::State {
  SHA2_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256Init(&state_->context); }
Sha256::~Sha256() = default;
void Sha256::add(std::string_view bytes) { SHA256Update(&state_->context, bytes_of(bytes), bytes.size()); }
std::string Sha256::hex() {
  char hex[SHA256_DIGEST_STRING_LENGTH];
  return SHA256End(&state_->context, hex);
}

std::string sha256(std::string_view bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.hex();
}

std::string sha1(std::string_view bytes) {
  char hex[SHA1_DIGEST_STRING_LENGTH];
  return SHA1Data(bytes_of(bytes), bytes.size(), hex);
}

std::string sha256_of_file(const std::string& path) {
  Sha256 sum;
  read_file(path, [&](std::string_view piece) { sum.add(piece); });
  return sum.hex();
}

}  // namespace synthbench
