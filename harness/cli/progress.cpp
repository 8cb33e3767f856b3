#include "harness/cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "harness/base/plain_text.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

const std::vector<std::string> kModes = {"auto", "plain", "none"};
const std::vector<std::string> kColors = {"auto", "always", "never"};

bool stderr_is_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && term != nullptr && std::strcmp(term, "dumb") != 0;
}

bool color_wanted(const std::string& color) {
  const char* no_color = std::getenv("NO_COLOR");
  if (color != "auto") return color == "always";
  return stderr_is_terminal() && (no_color == nullptr || *no_color == '\0');
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

/// At most so many bytes, and no half of a character at the end.
std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

/// stderr in one of three manners; lines that stay, and on a terminal a last line that is rewritten.
class Screen {
 public:
  Screen(bool rewrites, bool color) : rewrites_(rewrites), color_(color) {}
  ~Screen() { erase(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void line(const std::string& text, std::string_view paint = {}) {
    erase();
    say(color_ && !paint.empty() ? fmt::format("{}{}\x1b[0m\n", paint, text) : text + "\n");
  }
  void status(const std::string& text) {
    if (!rewrites_) return;
    say(fmt::format("\r\x1b[K{}", cut(text, terminal_width() - 1)));
    std::fflush(stderr);
    dirty_ = true;
  }
  bool rewrites() const { return rewrites_; }

 private:
  /// A reader that has gone, or a full disk, is no reason to stop measuring.
  static void say(const std::string& text) { std::fputs(text.c_str(), stderr); }
  void erase() {
    if (dirty_) say("\r\x1b[K");
    dirty_ = false;
  }

  bool rewrites_, color_, dirty_ = false;
};

bool is_well(const std::string& state) { return state == "done" || state == "reused"; }

std::string_view paint_of(const std::string& state) {
  constexpr std::string_view kRed = "\x1b[31m", kYellow = "\x1b[33m";
  if (is_well(state)) return {};
  return state == "unsupported" ? kYellow : kRed;
}

/// ", 2 failed, about 3 min left": how the whole run goes. failed: cells of this run so far.
std::string outlook(const CellNews& news, std::int64_t failed) {
  std::string text = failed == 0 ? "" : fmt::format(", {} failed", failed);
  if (news.seconds_left > 0) text += ", about " + format_seconds(news.seconds_left) + " left";
  return text;
}

}  // namespace

std::string cell_label(const Config& config, std::int64_t seed) {
  const Json& values = config.json();
  std::string label;
  const auto add = [&](const std::string& text) { label += (label.empty() ? "" : " ") + text; };
  for (const char* key : {"variant", "backend", "task", "seq_len"}) {
    const auto found = values.find(key);
    if (found != values.end()) add(plain_text(*found));
  }
  if (values.contains("rank")) add("rank " + values["rank"].dump());
  add("seed " + std::to_string(seed));
  return label;
}

std::string progress_line(const CellNews& news) {
  std::string line =
      fmt::format("{}/{} {} {}", news.number, news.total, news.state, news.config ? cell_label(*news.config, news.seed) : "");
  if (news.state == "done" && news.median >= 0) line += " " + format_seconds(news.median);
  if (news.state == "done" && news.median < 0 && news.seconds > 0) line += " after " + format_seconds(news.seconds);
  if (!news.reason.empty()) line += ": " + news.reason;
  return line;
}

void ProgressFlags::declare(FlagSet& flags) {
  flags.group("Talking");
  flags.value("--progress", progress_, "MODE", join(kModes) + " (default auto: one line on a terminal, else one per cell)", kModes);
  flags.value("--color", color_, "WHEN", join(kColors) + " (default auto; NO_COLOR is obeyed)", kColors);
  flags.toggle("-q,--quiet", quiet_, "no progress and no summary: data and errors only");
  flags.toggle("-v,--verbose", verbose_, "also what a training says, and notes");
}

void ProgressFlags::check() const {
  (void)one_of(progress_, "progress mode", kModes, "auto");
  (void)one_of(color_, "color", kColors, "auto");
}

RunEvents ProgressFlags::events(bool second_format, std::shared_ptr<const RunningTable> table) const {
  const std::string mode = one_of(progress_, "progress mode", kModes, "auto");
  RunEvents events;
  if (quiet_ || second_format || mode == "none") return events;
  const auto screen =
      std::make_shared<Screen>(mode == "auto" && stderr_is_terminal(), color_wanted(one_of(color_, "color", kColors, "auto")));
  const auto failed = std::make_shared<std::int64_t>(0);
  const bool verbose = verbose_;
  events.started = [screen, failed](const CellNews& news) {
    if (!news.config) return;
    screen->status(
        fmt::format("{}/{}{}: running {}", news.number, news.total, outlook(news, *failed), cell_label(*news.config, news.seed)));
  };
  events.finished = [screen, failed, verbose](const CellNews& news) {
    if (!is_well(news.state) && news.state != "unsupported") ++*failed;
    const std::string line = progress_line(news);
    if (!screen->rewrites()) return screen->line(line + outlook(news, *failed), paint_of(news.state));
    if (!is_well(news.state) || verbose) screen->line(line, paint_of(news.state));
    screen->status(line + outlook(news, *failed));
  };
  if (table) {
    events.finished = [screen, failed, table, begun = false](const CellNews& news) mutable {
      if (!is_well(news.state) && news.state != "unsupported") ++*failed;
      if (!std::exchange(begun, true)) screen->line(table->header());
      screen->line(table->row(news), paint_of(news.state));
      screen->status(fmt::format("{}/{}{}", news.number, news.total, outlook(news, *failed)));
    };
  }
  events.progress = [screen, failed, verbose](const CellNews& news, std::int64_t step, std::int64_t of, const std::string& text) {
    const std::string label = news.config ? cell_label(*news.config, news.seed) : "";
    const std::string line = fmt::format("{} step {} of {}{}{}", label, step, of, text.empty() ? "" : ": ", text);
    screen->status(fmt::format("{}/{}{}: {}", news.number, news.total, outlook(news, *failed), line));
    if (verbose && !screen->rewrites()) screen->line(line);
  };
  events.note = [screen](const std::string& text) { screen->line(text); };
  return events;
}

}  // namespace synthbench
