#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harness/protocol.h"

namespace synthbench {

/// Puts a file in memory where a worker's records go, and reads them back. What kRecordFd was before comes back at the end.
class RecordCapture {
 public:
  RecordCapture() : kept_(::fcntl(kRecordFd, F_DUPFD_CLOEXEC, 10)), file_(::memfd_create("records", MFD_CLOEXEC)) {
    if (file_ != kRecordFd && ::dup2(file_, kRecordFd) < 0) throw std::runtime_error("no record file");
  }
  ~RecordCapture() {
    if (kept_ >= 0) {
      ::dup2(kept_, kRecordFd);
      ::close(kept_);
    } else if (file_ != kRecordFd) {
      ::close(kRecordFd);
    }
    ::close(file_);
  }
  RecordCapture(const RecordCapture&) = delete;
  RecordCapture& operator=(const RecordCapture&) = delete;

  std::vector<Json> records(const std::string& type = "") const {
    RecordReader reader;
    reader.feed(bytes());
    std::vector<Json> out;
    while (auto record = reader.next()) {
      if (type.empty() || record->at("type") == type) out.push_back(std::move(*record));
    }
    return out;
  }

  std::string bytes() const {
    std::string all(static_cast<std::size_t>(::lseek(file_, 0, SEEK_END)), '\0');
    if (::pread(file_, all.data(), all.size(), 0) != static_cast<ssize_t>(all.size())) throw std::runtime_error("cannot read back");
    return all;
  }

 private:
  int kept_, file_;
};

}  // namespace synthbench
