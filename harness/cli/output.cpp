#include "harness/cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// Writes all of a text to a descriptor; false when its reader has gone.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EPIPE) return false;
    if (written < 0) throw UserError(std::string("cannot write to stdout: ") + std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Collects small pieces into large writes.
class Buffered {
 public:
  explicit Buffered(std::function<void(std::string_view)> below) : below_(std::move(below)) {}
  void operator()(std::string_view text) {
    held_ += text;
    if (held_.size() >= (1u << 16)) flush();
  }
  void flush() {
    if (!held_.empty()) below_(held_);
    held_.clear();
  }

 private:
  std::function<void(std::string_view)> below_;
  std::string held_;
};

}  // namespace

void write_stdout(std::string_view text) {
  static bool reader_gone = false;
  if (!reader_gone) reader_gone = !write_all(STDOUT_FILENO, text);
}

void OutputFlags::declare(FlagSet& flags, std::vector<std::string> formats) {
  formats_ = std::move(formats);
  flags.group("Output");
  flags.value("-o,--output", output_, "FORMAT", join(formats_) + " (default " + formats_.front() + ")", formats_);
  flags.value("--out", out_, "FILE", "write to FILE instead of stdout");
  flags.value("--output-err", output_err_, "FORMAT", "a second format on stderr; silences progress", formats_);
}

std::string OutputFlags::format() const { return one_of(output_, "format", formats_, formats_.front()); }

std::vector<std::string> OutputFlags::printed() const { return second() ? std::vector{format(), output_err_.text} : std::vector{format()}; }

void OutputFlags::check() const {
  (void)format();
  (void)one_of(output_err_, "format", formats_, formats_.front());
  if (!out_) return;
  const std::filesystem::path folder = std::filesystem::path(out_.text).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder)) throw UserError("--out " + out_.text + ": no folder " + folder.string());
  if (std::filesystem::is_directory(out_.text)) throw UserError("--out " + out_.text + ": is a folder");
}

void OutputFlags::print(const std::function<void(const std::string& format, const Sink& sink)>& printer) const {
  check();
  if (out_) {
    write_file(out_.text, [&](const Sink& sink) { printer(format(), sink); });
  } else {
    Buffered buffered(write_stdout);
    printer(format(), std::ref(buffered));
    buffered.flush();
  }
  if (!output_err_) return;
  Buffered buffered([](std::string_view text) { (void)write_all(STDERR_FILENO, text); });
  printer(output_err_.text, std::ref(buffered));
  buffered.flush();
}

std::string DatabaseFlag::path() const { return behind_links(db_ ? db_.text : "synthbench.db"); }

std::string DatabaseFlag::typed() const { return db_ ? " --db " + shell_word(db_.text) : ""; }

void DatabaseFlag::declare(FlagSet& flags) {
  flags.group("Database");
  flags.value("--db", db_, "PATH", "results database (default ./synthbench.db)");
}

std::unique_ptr<Store> DatabaseFlag::open_to_write() const {
  auto store = Store::open_to_write(path());
  if (const auto& done = store->migrated) {
    fmt::print(stderr, "{}: schema version {} became {}; the file as it was is {}\n", path(), done->from, done->to, done->backup);
  }
  return store;
}

std::unique_ptr<Store> DatabaseFlag::open_to_change() const {
  (void)Store::open_to_read(path());
  return open_to_write();
}

}  // namespace synthbench
