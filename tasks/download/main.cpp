// synthbench-fetch URL FILE BYTES: downloads what FILE still lacks of BYTES bytes. `data fetch` runs it.
// A program of its own: whoever links libcurl takes 5 ms more before main.
//
// Exit 0: the file has BYTES bytes. 1: the server broke off, and the same again may help. 2: it will not help. The reason is on stderr.
#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace {

constexpr long kMostRedirects = 10, kSilentSeconds = 60;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

struct Download {
  std::unique_ptr<CURL, Closer> handle{curl_easy_init()};
  std::unique_ptr<std::FILE, Closer> file;
  std::int64_t size = 0, wanted = 0;    ///< bytes in the file, bytes that it shall have
  std::optional<std::int64_t> other{};  ///< bytes of another file that the server has put in this one's place; -1: it does not say
  bool started = false, too_much = false, disk_full = false;

  /// Called with each piece of a body that is not an error's.
  std::size_t take(std::string_view piece) {
    if (!started) {
      started = true;
      long status = 0;
      curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
      if (status == 200 && size > 0) {  // the server knows no ranges: all of it comes again
        curl_off_t announced = -1;      // of a page that says "please sign in": not what is worth the bytes at hand
        curl_easy_getinfo(handle.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        if (announced != wanted) return other = announced, 0;
        std::rewind(file.get());
        if (::ftruncate(::fileno(file.get()), 0) != 0) return 0;
        size = 0;
      }
    }
    if (size + static_cast<std::int64_t>(piece.size()) > wanted) return too_much = true, 0;
    if (std::fwrite(piece.data(), 1, piece.size(), file.get()) != piece.size()) return disk_full = true, 0;
    size += static_cast<std::int64_t>(piece.size());
    return piece.size();
  }
};

std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* download) {
  return static_cast<Download*>(download)->take({bytes, one * count});
}

int fail(int code, const std::string& why) { return std::fprintf(stderr, "%s\n", why.c_str()), code; }

/// Whether an HTTP error is one of a server that is too busy or ill just now.
bool passes(CURL* curl) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status == 408 || status == 429 || status >= 500;
}

int run(const std::string& url, const std::string& path, std::int64_t wanted) {
  Download download;
  download.file.reset(std::fopen(path.c_str(), "ab"));
  if (!download.file) return fail(2, fmt::format("cannot write {}", path));
  struct stat about {};
  ::fstat(::fileno(download.file.get()), &about);
  download.size = about.st_size;
  download.wanted = wanted;
  CURL* curl = download.handle.get();
  char words[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, kMostRedirects);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "synthbench");
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &download);
  const std::string range = fmt::format("{}-", download.size);
  if (download.size > 0) curl_easy_setopt(curl, CURLOPT_RANGE, range.c_str());
  const CURLcode result = curl_easy_perform(curl);
  const bool flushed = std::fflush(download.file.get()) == 0;
  if (download.disk_full || !flushed) return fail(2, fmt::format("cannot write {}: is the disk full?", path));
  if (download.other) {
    const std::string sent = *download.other < 0 ? "bytes that it does not count" : fmt::format("{} bytes", *download.other);
    return fail(2, fmt::format("it cannot continue a download and sends {} from the start, {} are listed (without {} it all begins anew)",
                               sent, wanted, path));
  }
  if (download.too_much) return fail(2, fmt::format("it sends more than the {} bytes that are listed", wanted));
  if (result == CURLE_OK && download.size == wanted) return 0;
  const std::string why = result == CURLE_OK ? "it ended early" : words[0] != '\0' ? words : curl_easy_strerror(result);
  const bool final = (result == CURLE_HTTP_RETURNED_ERROR && !passes(curl)) || result == CURLE_TOO_MANY_REDIRECTS ||
                     result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_URL_MALFORMAT || result == CURLE_COULDNT_RESOLVE_HOST ||
                     result == CURLE_PEER_FAILED_VERIFICATION;
  return fail(final ? 2 : 1, why);
}

}  // namespace

int main(int count, char** arguments) {
  std::int64_t bytes = 0;
  const std::string_view text = count == 4 ? arguments[3] : "";
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (count != 4 || error != std::errc() || end != text.data() + text.size()) return fail(2, "usage: synthbench-fetch URL FILE BYTES");
  return run(arguments[1], arguments[2], bytes);
}
