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

void require_text(const ArchiveMember& member, const std::string& name) {
  if (member.kind == ArchiveMember::Kind::link) throw UserError(name + ": a link, which data has not");
}

/// Whether a name says that one text is packed in it.
bool is_packed(std::string_view name) {
  return std::ranges::any_of(kPackedEndings, [&](std::string_view ending) { return !ending.empty() && name.ends_with(ending); });
}

}  // namespace

DataStream::DataStream(std::vector<DataFile> files, std::shared_ptr<Tally> tally) : files_(std::move(files)), tally_(std::move(tally)) {}
DataStream::~DataStream() = default;

bool DataStream::open_next() {
  if (next_ == files_.size()) return false;
  const DataFile& file = files_[next_];
  opened_ = std::make_unique<ArchiveReader>(file.path, !file.member.empty());
  found_ = false;
  return true;
}

/// False also behind a packed text, whose one member next_member() went to.
bool DataStream::next_inner_member() {
  if (!inner_) return false;
  for (ArchiveMember member; inner_->next(member);) {
    if (!may_be_read(member) || !matches(files_[next_].inner, member.name)) continue;
    name_ = outer_name_ + "!" + member.name;
    require_text(member, name_);
    return true;
  }
  inner_.reset();
  return false;
}

bool DataStream::next_member() {
  const DataFile& file = files_[next_];
  if (next_inner_member()) return true;
  for (ArchiveMember member; opened_->next(member);) {
    if (!may_be_read(member) || (!file.member.empty() && !matches(file.member, member.name))) continue;
    outer_name_ = file.member.empty() ? file.path : file.path + "!" + member.name;
    require_text(member, outer_name_);
    if (!file.inner.empty()) {
      inner_ = std::make_unique<ArchiveReader>(*opened_, outer_name_, true);
      if (next_inner_member()) return true;
      continue;
    }
    name_ = outer_name_;
    if (file.member.empty() || !is_packed(member.name)) return true;
    inner_ = std::make_unique<ArchiveReader>(*opened_, name_, false);
    if (ArchiveMember text; !inner_->next(text)) inner_.reset();  // empty, and so is what opened_ still has of it
    return true;
  }
  return false;
}

bool DataStream::next_file() {
  inside_a_line_ = false;
  while (opened_ || open_next()) {
    const DataFile& file = files_[next_];
    if (next_member()) {
      found_ = true;
      if (tally_) ++tally_->files;
      return true;
    }
    opened_.reset();
    ++next_;
    if (found_) continue;
    if (!file.member.empty())
      throw UserError(fmt::format("{} has no member {}", file.path, file.member + (file.inner.empty() ? "" : "!" + file.inner)));
    name_ = file.path;  // an empty file has no member at all
    if (tally_) ++tally_->files;
    return true;
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
  ArchiveReader* const from = inner_ ? inner_.get() : opened_.get();
  const std::size_t n = from != nullptr ? from->read(to, most) : 0;
  if (!tally_) return n;
  tally_->bytes += static_cast<std::int64_t>(n);
  tally_->lines += std::count(to, to + n, '\n');
  if (n > 0) inside_a_line_ = to[n - 1] != '\n';
  if (n == 0 && std::exchange(inside_a_line_, false)) ++tally_->lines;
  tally_->sum.add({to, n});
  return n;
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
