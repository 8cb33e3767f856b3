// `data fetch` against a server on the loopback that breaks off, lies and redirects.
#include "tasks/datasets/fetch.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "tests/tasks/scratch.h"

namespace synthbench {
namespace {

struct Request {
  std::string path;
  std::size_t from = 0;  ///< of a Range; 0: none
  bool ranged = false;
};

/// Answers one connection after another, in a thread.
class Server {
 public:
  explicit Server(std::function<std::string(const Request&)> answer)
      : answer_(std::move(answer)), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket_, 8) != 0)
      throw std::runtime_error("no loopback");
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string url(const std::string& path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }
  std::vector<Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    for (int client = 0; (client = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(client)) {
      std::string text;
      char block[4096];
      for (ssize_t n = 0; text.find("\r\n\r\n") == std::string::npos && (n = ::read(client, block, sizeof block)) > 0;) {
        text.append(block, static_cast<std::size_t>(n));
      }
      Request request;
      request.path = text.substr(4, text.find(' ', 4) - 4);
      if (const std::size_t range = text.find("Range: bytes="); range != std::string::npos) {
        request.from = std::stoul(text.substr(range + 13));
        request.ranged = true;
      }
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const std::string reply = answer_(request);
      for (std::size_t sent = 0; sent < reply.size();) {
        const ssize_t n = ::send(client, reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
      }
    }
  }

  std::function<std::string(const Request&)> answer_;
  int socket_, port_ = 0;
  std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

std::string whole(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", body.size(), body);
}

/// What is left behind request.from, of which at most `most` bytes come before the connection ends.
std::string rest(const std::string& body, const Request& request, std::size_t most) {
  const std::string part = body.substr(request.from);
  const std::string head = request.ranged ? fmt::format("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {}-{}/{}\r\n", request.from,
                                                        body.size() - 1, body.size())
                                          : "HTTP/1.1 200 OK\r\n";
  return fmt::format("{}Content-Length: {}\r\nConnection: close\r\n\r\n{}", head, part.size(), part.substr(0, most));
}

std::string status(const std::string& line) { return "HTTP/1.1 " + line + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; }

class Fetching : public ::testing::Test {
 protected:
  Fetching() {
    for (int k = 0; k < 20000; ++k) body_ += std::to_string(k * 7919) + "\n";
  }
  void SetUp() override {
    if (!std::filesystem::exists(program_)) GTEST_SKIP() << program_ << " is not built";
  }
  Fetchable file(const std::string& url) const {
    return {
        .data_set = "enwik8", .url = url, .sha256 = sha256(body_), .bytes = std::ssize(body_), .place = "enwik8/enwik8", .unpack = false};
  }
  std::string refusal(const Fetchable& wanted) {
    try {
      fetch(
          wanted, folder_.path(), program_, [this](const std::string& line) { said_.push_back(line); }, std::chrono::milliseconds(1));
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  std::string body_, program_ = SYNTHBENCH_BINARY_DIR "/synthbench-fetch";
  ScratchFolder folder_;
  std::vector<std::string> said_;
};

TEST_F(Fetching, AServerThatBreaksOffIsAskedForTheRest) {
  Server server([&](const Request& request) { return rest(body_, request, 50000); });
  EXPECT_EQ(refusal(file(server.url("/enwik8"))), "");
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8"), body_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "enwik8/enwik8.partial"));
  const std::vector<Request> requests = server.requests();
  ASSERT_GE(requests.size(), 3u);
  EXPECT_FALSE(requests[0].ranged);
  EXPECT_EQ(requests[1].from, 50000u);
  EXPECT_EQ(requests[2].from, 100000u);
}

TEST_F(Fetching, WhatCameIsKeptWhereTheServerGivesUpAndContinuedLater) {
  std::atomic<bool> broken = true;
  Server server([&](const Request& request) {
    return broken && request.ranged ? std::string() : rest(body_, request, broken ? 30000 : body_.size());
  });
  const std::string words = refusal(file(server.url("/enwik8")));
  EXPECT_NE(words.find("30000 of " + std::to_string(body_.size()) + " bytes are kept as"), std::string::npos) << words;
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8.partial"), body_.substr(0, 30000));
  broken = false;
  EXPECT_EQ(refusal(file(server.url("/enwik8"))), "");
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8"), body_);
  EXPECT_EQ(server.requests().back().from, 30000u);
}

TEST_F(Fetching, AServerWithoutRangesSendsAllOfItAgain) {
  std::filesystem::create_directories(folder_ / "enwik8");
  write_file(folder_ / "enwik8/enwik8.partial", "what an earlier try left");
  Server server([&](const Request&) { return whole(body_); });
  EXPECT_EQ(refusal(file(server.url("/enwik8"))), "");
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8"), body_);
}

TEST_F(Fetching, AServerWithoutRangesThatNeverGetsFurtherIsGivenUp) {
  std::atomic<int> tries = 0;
  Server server([&](const Request&) {
    const std::size_t places[] = {40000, 20000, 30000};
    return rest(body_, {}, places[tries++ % 3]);
  });
  const std::string words = refusal(file(server.url("/enwik8")));
  EXPECT_NE(words.find("bytes are kept as"), std::string::npos) << words;
  EXPECT_EQ(tries, 4);
}

TEST_F(Fetching, APageInTheFilesPlaceCostsNothingOfWhatIsHere) {
  std::filesystem::create_directories(folder_ / "enwik8");
  write_file(folder_ / "enwik8/enwik8.partial", body_.substr(0, 60000));
  std::atomic<bool> signed_in = false;
  std::atomic<bool> counted = true;
  Server server([&](const Request& request) {
    const std::string page = "<html>Please sign in</html>";
    if (signed_in) return rest(body_, request, body_.size());
    return counted ? whole(page) : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + page;
  });
  for (const char* sent : {"27 bytes", "bytes that it does not count"}) {
    const std::string words = refusal(file(server.url("/enwik8")));
    EXPECT_NE(
        words.find(fmt::format("it cannot continue a download and sends {} from the start, {} are listed (without {} it all begins anew)",
                               sent, body_.size(), folder_ / "enwik8/enwik8.partial")),
        std::string::npos)
        << words;
    EXPECT_EQ(read_file(folder_ / "enwik8/enwik8.partial"), body_.substr(0, 60000));
    counted = false;
  }
  EXPECT_EQ(server.requests().size(), 2u) << "the same again will not help";
  signed_in = true;
  EXPECT_EQ(refusal(file(server.url("/enwik8"))), "");
  EXPECT_EQ(server.requests().back().from, 60000u);
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8"), body_);
}

TEST_F(Fetching, AServerThatIsBusyIsAskedAgain) {
  std::atomic<int> tries = 0;
  Server server([&](const Request& request) {
    if (request.path == "/gone") return status("410 Gone");
    return ++tries == 1 ? status("429 Too Many Requests") : tries == 2 ? status("503 Service Unavailable") : whole(body_);
  });
  EXPECT_EQ(refusal(file(server.url("/enwik8"))), "");
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8"), body_);
  Fetchable gone = file(server.url("/gone"));
  gone.place = "gone";
  EXPECT_NE(refusal(gone).find("410"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 4u) << "what is gone is asked for once";
}

TEST_F(Fetching, OtherBytesAreRefusedAndKeptApart) {
  std::string lie = body_;
  lie[1000] ^= 1;
  Server server([&](const Request&) { return whole(lie); });
  const std::string words = refusal(file(server.url("/enwik8")));
  EXPECT_NE(words.find(sha256(lie)), std::string::npos) << words;
  EXPECT_NE(words.find(sha256(body_)), std::string::npos) << words;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "enwik8/enwik8"));
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8.refused"), lie);
}

TEST_F(Fetching, MoreBytesThanListedAreRefused) {
  Server server([&](const Request&) { return whole(body_ + "more"); });
  EXPECT_NE(refusal(file(server.url("/enwik8"))).find("more than the"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "enwik8/enwik8"));
}

TEST_F(Fetching, RedirectsAreFollowedButNotForEverNorToFiles) {
  Server server([&](const Request& request) -> std::string {
    const auto to = [](const std::string& place) {
      return "HTTP/1.1 302 Found\r\nLocation: " + place + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    };
    if (request.path == "/moved") return to("/enwik8");
    if (request.path == "/circle") return to("/circle");
    if (request.path == "/file") return to("file:///etc/hostname");
    if (request.path == "/enwik8") return whole(body_);
    return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  });
  EXPECT_NE(refusal(file(server.url("/circle"))), "");
  EXPECT_NE(refusal(file(server.url("/file"))), "");
  EXPECT_NE(refusal(file(server.url("/absent"))).find("404"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "enwik8/enwik8"));
  EXPECT_EQ(refusal(file(server.url("/moved"))), "");
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8"), body_);
}

TEST_F(Fetching, WhatIsHereAlreadyIsNotAskedFor) {
  std::filesystem::create_directories(folder_ / "enwik8");
  write_file(folder_ / "enwik8/enwik8", body_);
  EXPECT_EQ(refusal(file("http://127.0.0.1:9/enwik8")), "");
  write_file(folder_ / "enwik8/enwik8", "another");
  EXPECT_NE(refusal(file("http://127.0.0.1:9/enwik8")).find("is here already, with SHA-256"), std::string::npos);
  EXPECT_EQ(read_file(folder_ / "enwik8/enwik8"), "another");
}

TEST_F(Fetching, AnArchiveIsUnpackedOrNothingOfItIs) {
  ASSERT_EQ(
      std::system(
          ("cd '" + folder_.path() +
           "' && mkdir src && echo text > src/one && tar czf good.tar.gz src && ln -s /etc src/two && tar czf bad.tar.gz src && rm -r src")
              .c_str()),
      0);
  const std::string good = read_file(folder_ / "good.tar.gz"), bad = read_file(folder_ / "bad.tar.gz");
  Server server([&](const Request& request) { return whole(request.path == "/good" ? good : bad); });
  const auto archive = [&](const std::string& name, const std::string& bytes) {
    return Fetchable{.data_set = "x",
                     .url = server.url("/" + name),
                     .sha256 = sha256(bytes),
                     .bytes = std::ssize(bytes),
                     .place = name + "/a.tar.gz",
                     .unpack = true};
  };
  EXPECT_NE(refusal(archive("bad", bad)).find("a link"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "bad/src"));
  EXPECT_NE(refusal(archive("bad", bad)).find("a link"), std::string::npos) << "nor is it the second time";
  EXPECT_EQ(refusal(archive("good", good)), "");
  EXPECT_EQ(read_file(folder_ / "good/src/one"), "text\n");
}

TEST_F(Fetching, UnpackingThatBrokeOffGoesOnTheNextTime) {
  ASSERT_EQ(std::system(("cd '" + folder_.path() +
                         "' && mkdir one two && echo 1 > one/text && echo 2 > two/text && tar czf a.tar.gz one two && "
                         "rm -r one two && mkdir x && echo mine > x/two")
                            .c_str()),
            0);
  const std::string bytes = read_file(folder_ / "a.tar.gz");
  Server server([&](const Request&) { return whole(bytes); });
  const Fetchable wanted{
      .data_set = "x", .url = server.url("/a"), .sha256 = sha256(bytes), .bytes = std::ssize(bytes), .place = "x/a.tar.gz", .unpack = true};
  EXPECT_NE(refusal(wanted).find("x/two is in the way of unpacking"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x/one")) << "all of it or nothing";
  EXPECT_NE(refusal(wanted).find("x/two is in the way of unpacking"), std::string::npos) << "it is not done";
  std::filesystem::remove(folder_ / "x/two");
  EXPECT_EQ(refusal(wanted), "");
  EXPECT_EQ(read_file(folder_ / "x/two/text"), "2\n");
  // Killed between two members: one is in its place, two waits.
  std::filesystem::create_directories(folder_ / "x/a.tar.gz.unpacked");
  std::filesystem::rename(folder_ / "x/two", folder_ / "x/a.tar.gz.unpacked/two");
  EXPECT_EQ(refusal(wanted), "");
  EXPECT_EQ(read_file(folder_ / "x/two/text"), "2\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x/a.tar.gz.unpacked"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x/a.tar.gz.unpacking"));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(FetchList, IsWellFormedAndRefusesWhatIsNot) {
  const std::vector<Fetchable> list = fetch_list(SYNTHBENCH_SOURCE_DIR "/tasks/data/fetch.tsv");
  EXPECT_GT(list.size(), 20u);
  const ScratchFolder folder;
  const std::string header = "data set\turl\tbytes\tsha256\tplace\tunpack\n", sum(64, 'a');
  const std::vector<std::string> lines = {"x\thttp://a\t5\t" + sum + "\t../up\tno",  "x\thttp://a\t5\t" + sum + "\t/abs\tno",
                                          "x\thttp://a\t-5\t" + sum + "\tp\tno",     "x\thttp://a\t5\tabc\tp\tno",
                                          "x\thttp://a\t5\t" + sum + "\tp\tperhaps", "x\ty"};
  for (const std::string& line : lines) {
    write_file(folder / "fetch.tsv", header + line + "\n");
    EXPECT_THROW(fetch_list(folder / "fetch.tsv"), UserError) << line;
  }
}

}  // namespace
}  // namespace synthbench
