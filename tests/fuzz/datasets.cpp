// Files of data sets: whatever their bytes, a loader gives examples or refuses in one line that names the file.
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "harness/base/error.h"
#include "tasks/datasets/data_set.h"
#include "tests/fuzz/one_input.h"

namespace synthbench {
namespace {

/// A file in memory, with a path of its own and an ending that says how it is packed.
class MemoryFile {
 public:
  MemoryFile(std::string_view bytes, const std::string& ending) : file_(::memfd_create("fuzz", 0)) {
    always(::write(file_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "no memory for an input");
    path_ = "/proc/self/fd/" + std::to_string(file_);
    if (ending.empty()) return;
    link_ = "/dev/shm/synthbench-fuzz-" + std::to_string(::getpid()) + "-" + std::to_string(file_) + ending;
    ::unlink(link_.c_str());
    always(::symlink(path_.c_str(), link_.c_str()) == 0, "no link to an input");
    path_ = link_;
  }
  ~MemoryFile() {
    if (!link_.empty()) ::unlink(link_.c_str());
    ::close(file_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  int file_;
  std::string path_, link_;
};

struct Choice {
  const DataSet* data;
  const SplitFiles* split;
  const FileLayout* layout;
};

const std::vector<Choice>& choices() {
  static const std::vector<Choice> all = [] {
    std::vector<Choice> list;
    for (const auto& [name, data] : data_sets()) {
      for (const SplitFiles& split : data.splits) {
        for (const FileLayout& layout : split.layouts) list.push_back({&data, &split, &layout});
      }
    }
    return list;
  }();
  return all;
}

/// The first byte chooses a layout, the second how the files are packed; 0xff, which no text holds, separates the files.
void fuzz(std::string_view bytes) {
  static const std::vector<std::pair<std::string, std::string>> packings = {{"", ""},      {"", ""},      {".gz", ""},      {".xz", ""},
                                                                            {".zip", "*"}, {".tar", "*"}, {".tar.gz", "*"}, {".bz2", ""}};
  if (bytes.size() < 2) return;
  const Choice& choice = choices()[static_cast<unsigned char>(bytes[0]) % choices().size()];
  const auto& [ending, member] = packings[static_cast<unsigned char>(bytes[1]) % packings.size()];
  bytes.remove_prefix(2);
  SplitHere here{.split = choice.split, .layout = choice.layout, .folder = "/proc/self/fd", .streams = {}};
  std::vector<std::unique_ptr<MemoryFile>> files;
  for (std::size_t k = 0; k < choice.layout->places.size(); ++k) {
    const bool last = k + 1 == choice.layout->places.size();
    const std::size_t end = last ? bytes.size() : std::min(bytes.find('\xff'), bytes.size());
    files.push_back(std::make_unique<MemoryFile>(bytes.substr(0, end), ending));
    here.streams.push_back({{files.back()->path(), member}});
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  try {
    const Examples examples = open_split(*choice.data, here);
    for (Record record; examples(record);) always(!record.where.empty(), "an example from nowhere");
  } catch (const UserError& error) {
    check_refusal(error.what());
  }
}

}  // namespace
}  // namespace synthbench

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  synthbench::fuzz(synthbench::text_of(data, size));
  return 0;
}
