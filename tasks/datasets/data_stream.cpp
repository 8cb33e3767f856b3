#include "tasks/datasets/data_stream.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "harness/base/error.h"
#include "tasks/datasets/archive_reader.h"

namespace synthbench {
namespace {

/// What no data set means: folders and forks that macOS leaves in archives.
bool is_litter(std::string_view name) {
  const std::string_view file = name.substr(name.rfind('/') + 1);
  return name.starts_with("__MACOSX/") || file.starts_with("._") || file == ".DS_Store";
}

/// A link is found by its name too, and refused: its text lies elsewhere.
bool may_be_read(const ArchiveMember& member) {
  return (member.kind == ArchiveMember::Kind::file || member.kind == ArchiveMember::Kind::link) && !is_litter(member.name);
}

}  // namespace

DataStream::DataStream(std::vector<DataFile> files, std::shared_ptr<Tally> tally) : files_(std::move(files)), tally_(std::move(tally)) {}
DataStream::~DataStream() = default;

bool DataStream::open_next() {
  if (next_ == files_.size()) return false;
  const DataFile& file = files_[next_];
  opened_ = std::make_unique<ArchiveReader>(file.path, !file.member.empty());
  name_.clear();
  return true;
}

bool DataStream::next_file() {
  inside_a_line_ = false;
  while (opened_ || open_next()) {
    const DataFile& file = files_[next_];
    const bool first = name_.empty();
    for (ArchiveMember member; opened_->next(member);) {
      if (!may_be_read(member) || (!file.member.empty() && !matches(file.member, member.name))) continue;
      name_ = file.member.empty() ? file.path : file.path + "!" + member.name;
      if (member.kind == ArchiveMember::Kind::link) throw UserError(name_ + ": a link, which data has not");
      if (tally_) ++tally_->files;
      return true;
    }
    opened_.reset();
    ++next_;
    if (first && file.member.empty()) {  // an empty file has no member at all
      name_ = file.path;
      if (tally_) ++tally_->files;
      return true;
    }
    if (first) throw UserError(fmt::format("{} has no member {}", file.path, file.member));
  }
  return false;
}

bool DataStream::read_rest(std::string& text, std::size_t most) {
  constexpr std::size_t kBlock = 1 << 16;
  for (std::size_t n = kBlock, got = 0; n > 0; got += n) {
    if (got > most) return false;
    const std::size_t before = text.size();
    text.resize(before + kBlock);
    n = read(text.data() + before, kBlock);
    text.resize(before + n);
  }
  return true;
}

std::size_t DataStream::read(char* to, std::size_t most) {
  const std::size_t n = opened_ ? opened_->read(to, most) : 0;
  if (!tally_) return n;
  tally_->bytes += static_cast<std::int64_t>(n);
  tally_->lines += std::count(to, to + n, '\n');
  if (n > 0) inside_a_line_ = to[n - 1] != '\n';
  if (n == 0 && std::exchange(inside_a_line_, false)) ++tally_->lines;
  tally_->sum.add({to, n});
  return n;
}

bool is_archive(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  return file.ends_with(".zip") || file.ends_with(".tar") || file.ends_with(".tgz") || file.find(".tar.") != std::string_view::npos;
}

std::vector<std::string> members_of(const std::string& path) {
  ArchiveReader archive(path, true);
  std::vector<std::string> names;
  for (ArchiveMember member; archive.next(member);) {
    if (may_be_read(member)) names.push_back(member.name);
  }
  return names;
}

bool matches(std::string_view pattern, std::string_view name) {
  if (name.starts_with("./")) name.remove_prefix(2);
  return ::fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), FNM_PATHNAME) == 0;
}

}  // namespace synthbench
