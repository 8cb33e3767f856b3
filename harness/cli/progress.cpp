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

/// stderr in one of three manners; lines that stay, and on a terminal a last line that is rewritten.
class Screen {
 public:
  Screen(bool rewrites, bool color) : rewrites_(rewrites), color_(color) {}
  ~Screen() { erase(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void line(const std::string& text, std::string_view paint = {}) {
    erase();
    if (color_ && !paint.empty()) {
      fmt::print(stderr, "{}{}\x1b[0m\n", paint, text);
    } else {
      fmt::print(stderr, "{}\n", text);
    }
  }
  void status(const std::string& text) {
    if (!rewrites_) return;
    const std::string shown = text.substr(0, terminal_width() - 1);
    fmt::print(stderr, "\r\x1b[K{}", shown);
    std::fflush(stderr);
    dirty_ = true;
  }
  bool rewrites() const { return rewrites_; }

 private:
  void erase() {
    if (dirty_) fmt::print(stderr, "\r\x1b[K");
    dirty_ = false;
  }

  bool rewrites_, color_, dirty_ = false;
};

std::string_view paint_of(const std::string& state) {
  constexpr std::string_view kRed = "\x1b[31m", kYellow = "\x1b[33m";
  if (state == "done" || state == "reused") return {};
  return state == "unsupported" ? kYellow : kRed;
}

std::string time_left(const CellNews& news) {
  return news.seconds_left < 0 ? "" : ", about " + format_seconds(news.seconds_left) + " left";
}

}  // namespace

std::string cell_label(const Config& config, std::int64_t seed) {
  const Json& values = config.json();
  std::string label;
  const auto add = [&](const std::string& text) { label += (label.empty() ? "" : " ") + text; };
  for (const char* key : {"variant", "backend", "task", "seq_len"}) {
    const auto found = values.find(key);
    if (found != values.end()) add(found->is_string() ? found->get<std::string>() : found->dump());
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
  flags.value("--progress", progress_, "MODE", join(kModes) + " (default auto: one line on a terminal, else one per cell)");
  flags.value("--color", color_, "WHEN", join(kColors) + " (default auto; NO_COLOR is obeyed)");
  flags.toggle("-q,--quiet", quiet_, "no progress and no summary: data and errors only");
  flags.toggle("-v,--verbose", verbose_, "also what a training says, and notes");
}

void ProgressFlags::check() const {
  (void)one_of(progress_, "progress mode", kModes, "auto");
  (void)one_of(color_, "color", kColors, "auto");
}

RunEvents ProgressFlags::events(bool second_format) const {
  const std::string mode = one_of(progress_, "progress mode", kModes, "auto");
  RunEvents events;
  if (quiet_ || second_format || mode == "none") return events;
  const auto screen =
      std::make_shared<Screen>(mode == "auto" && stderr_is_terminal(), color_wanted(one_of(color_, "color", kColors, "auto")));
  const bool verbose = verbose_;
  events.started = [screen](const CellNews& news) {
    if (news.config)
      screen->status(fmt::format("{}/{} running {}{}", news.number, news.total, cell_label(*news.config, news.seed), time_left(news)));
  };
  events.finished = [screen, verbose](const CellNews& news) {
    const bool well = news.state == "done" || news.state == "reused";
    if (!screen->rewrites() || !well || verbose) screen->line(progress_line(news), paint_of(news.state));
    screen->status(progress_line(news) + time_left(news));
  };
  events.progress = [screen, verbose](const CellNews& news, std::int64_t step, std::int64_t of, const std::string& text) {
    const std::string label = news.config ? cell_label(*news.config, news.seed) : "";
    const std::string line = fmt::format("{} step {} of {}{}{}", label, step, of, text.empty() ? "" : ": ", text);
    screen->status(line + time_left(news));
    if (verbose && !screen->rewrites()) screen->line(line);
  };
  events.note = [screen](const std::string& text) { screen->line(text); };
  return events;
}

}  // namespace synthbench
